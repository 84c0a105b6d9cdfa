#include "coordinator/second_look.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/bulk_limit.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using Results = std::vector<Bandwidth::Result>;

Results results_of(PairRecord const& pair) {
  Results results;
  each_result<Bandwidth>(pair, [&](Observation const&, Bandwidth::Result const& result) {
    results.push_back(result);
  });
  return results;
}

/// The best of the plain TCP tests of a pair, which is what the network itself gives; without any,
/// the best of all.
Bandwidth::Result const* best_of(Results const& results) {
  auto const merit = [](Bandwidth::Result const& result) {
    return std::pair{result.transport == Transport::tcp, result.rate_bits_per_second};
  };
  auto const best = std::ranges::max_element(results, {}, merit);
  return best == results.end() ? nullptr : &*best;
}

std::string shown(Bandwidth::Result const& result) {
  return fmt::format("{} over {} {} stream{}", format(BitRate{result.rate_bits_per_second}),
                     result.streams, result.transport == Transport::tcp ? "TCP" : "TLS",
                     result.streams == 1 ? "" : "s");
}

double retransmit_share(Bandwidth::Result const& result) {
  constexpr double usual_mss = 1448;
  auto const mss = result.sender.empty() || result.sender.front().send_mss == 0
                       ? usual_mss
                       : static_cast<double>(result.sender.front().send_mss);
  auto const segments = static_cast<double>(result.transferred_bytes) / mss;
  return segments < 1 ? 0 : static_cast<double>(result.retransmitted_segments) / segments;
}

Bandwidth::Result const* with_one_stream(Results const& results, Transport transport) {
  auto const found = std::ranges::find_if(results, [&](Bandwidth::Result const& result) {
    return result.streams == 1 && result.transport == transport;
  });
  return found == results.end() ? nullptr : &*found;
}

std::string why_of(Bandwidth::Result const& result) {
  if (result.limit == flow_stalled) return "; " + result.limit_detail;
  return result.limit.empty() ? "" : "; limited by " + result.limit;
}

bool too_slow(Survey const& survey, Bandwidth::Result const& best) {
  return best.rate_bits_per_second < survey.plan.thresholds.min_bandwidth.per_second &&
         best.limit != "rate_limit";
}

/// What there is to say of a pair that is too slow only while others are measured; else nothing.
std::string beside_others(Survey const& survey, NodePair edge, Bandwidth::Result const& best) {
  auto const look = std::ranges::find_if(survey.second_looks, [&](SaturationTest const& test) {
    return test.source == edge.source && test.target == edge.target;
  });
  if (look != survey.second_looks.end())
    return too_slow(survey, best) ? ""
                                  : fmt::format("{} by itself, {} while others were measured",
                                                format(BitRate{look->alone_bits_per_second}),
                                                format(BitRate{look->together_bits_per_second}));
  if (too_slow(survey, best) && shares_a_full_link(survey, edge.source, edge.target))
    return fmt::format(
        "{} while others were measured; not measured by itself, but both its nodes "
        "were, with other peers",
        shown(best));
  return {};
}

/// The TLS test with as many streams as `best`, where all TLS is too slow, this one for want of a
/// processor, and plain TCP is fast enough: migrations are encrypted unless somebody has turned
/// that off. With another limit it may be the network after all: other tests may have run beside
/// it.
Bandwidth::Result const* too_slow_encrypted(Survey const& survey, Results const& results,
                                            Bandwidth::Result const& best) {
  auto const wanted = survey.plan.thresholds.min_bandwidth.per_second;
  if (best.transport == Transport::tls || best.rate_bits_per_second < wanted) return nullptr;
  Bandwidth::Result const* slow = nullptr;
  for (auto const& result : results) {
    if (result.transport != Transport::tls) continue;
    if (result.rate_bits_per_second >= wanted) return nullptr;
    bool const by_processor = result.limit == "sender_cpu" || result.limit == "receiver_cpu";
    if (result.streams == best.streams && by_processor) slow = &result;
  }
  return slow;
}

void read_pair(Survey const& survey, PairRecord const& pair, Results const& results,
               Symptoms& symptoms) {
  auto const* best = best_of(results);
  if (best == nullptr) return;
  auto const& worst = *std::ranges::max_element(results, {}, retransmit_share);
  auto const* one_tcp = with_one_stream(results, Transport::tcp);
  auto const* one_tls = with_one_stream(results, Transport::tls);
  NodePair const edge{.source = pair.source, .target = pair.target};
  auto const who = name_of(survey, edge);
  auto const& thresholds = survey.plan.thresholds;
  symptoms.saw(Layer::bandwidth, edge);
  if (auto const shared = beside_others(survey, edge, *best); !shared.empty())
    symptoms.on_edge("BANDWIDTH_SHARED", edge, who + ": " + shared);
  else if (too_slow(survey, *best))
    symptoms.on_edge("BANDWIDTH_LOW", edge,
                     fmt::format("{}: {} at best, {} wanted{}", who, shown(*best),
                                 format(thresholds.min_bandwidth), why_of(*best)),
                     1 / std::max(1.0, best->rate_bits_per_second));
  if (auto const* slow = too_slow_encrypted(survey, results, *best))
    symptoms.on_edge(
        "BANDWIDTH_LOW", edge,
        fmt::format("{}: {}, {} wanted; limited by {}, not by the network, "
                    "which gives {}. Where migrations run with disableTLS, leave tls "
                    "out of the plan's transports",
                    who, shown(*slow), format(thresholds.min_bandwidth), slow->limit, shown(*best)),
        1 / std::max(1.0, slow->rate_bits_per_second));
  if (auto const share = retransmit_share(worst); share > thresholds.max_retransmits)
    symptoms.on_edge("BANDWIDTH_RETRANSMITS", edge,
                     fmt::format("{}: {:.1f} % of the segments sent again at {}", who, share * 100,
                                 shown(worst)));
  constexpr double busy = 0.9;  // of one core: nothing is left to gain
  if (one_tcp != nullptr && one_tls != nullptr &&
      one_tls->rate_bits_per_second < one_tcp->rate_bits_per_second / 2 &&
      std::max(one_tls->sender_cpu_share, one_tls->receiver_cpu_share) > busy)
    symptoms.on_edge(
        "BANDWIDTH_CPU_BOUND", edge,
        fmt::format("{}: {}, {}; the stream's thread uses {:.0f} % of a core", who, shown(*one_tls),
                    shown(*one_tcp),
                    std::max(one_tls->sender_cpu_share, one_tls->receiver_cpu_share) * 100));
}
}  // namespace

void read_bandwidth(Survey const& survey, Symptoms& symptoms) {
  struct Rate {
    double bits_per_second{};
    bool capped{};  ///< the network may carry more
  };

  std::map<NodePair, Rate> rates;
  for (auto const& pair : survey.pairs) {
    auto const results = results_of(pair);
    read_pair(survey, pair, results, symptoms);
    auto const* best = best_of(results);
    if (best == nullptr) continue;
    NodePair const edge{.source = pair.source, .target = pair.target};
    // One rate by itself and the other not cannot be compared.
    if (beside_others(survey, edge, *best).empty())
      rates[edge] = {best->rate_bits_per_second, best->limit == "rate_limit"};
  }
  for (auto const& [edge, forward] : rates) {
    auto const [rate, capped] = forward;
    auto const back = rates.find(reverse(edge));
    if (capped || back == rates.end()) continue;
    auto const other_way = back->second.bits_per_second;
    if (rate >= other_way * survey.plan.thresholds.min_bandwidth_symmetry) continue;
    symptoms.on_edge("BANDWIDTH_ASYMMETRIC", edge,
                     fmt::format("{}: {}, {} the other way", name_of(survey, edge),
                                 format(BitRate{rate}), format(BitRate{other_way})));
  }
}
}  // namespace leadline
