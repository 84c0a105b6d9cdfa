#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace leadline {
namespace {
/// The best of the plain TCP tests of a pair: what the network itself gives.
struct Best {
  Bandwidth::Result const* result{};

  [[nodiscard]] double rate() const { return result == nullptr ? 0 : result->rate_bits_per_second; }
};

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

void read_pair(Survey const& survey, PairRecord const& pair, Best& best, Symptoms& symptoms) {
  Bandwidth::Result const* one_tcp = nullptr;
  Bandwidth::Result const* one_tls = nullptr;
  Bandwidth::Result const* worst = nullptr;
  Best any;
  for (auto const& seen : pair.observations) {
    if (!seen.result || !conclusive(seen)) continue;
    auto const* result = std::get_if<Bandwidth::Result>(&*seen.result);
    if (result == nullptr) continue;
    bool const tcp = result->transport == Transport::tcp;
    for (auto* rival : {&any, tcp ? &best : &any})
      if (rival->result == nullptr || result->rate_bits_per_second > rival->rate())
        rival->result = result;
    if (result->streams == 1) (tcp ? one_tcp : one_tls) = result;
    if (worst == nullptr || retransmit_share(*result) > retransmit_share(*worst)) worst = result;
  }
  if (best.result == nullptr) best = any;
  if (best.result == nullptr) return;
  NodePair const edge{.source = pair.source, .target = pair.target};
  auto const who = name_of(survey, edge);
  auto const& thresholds = survey.plan.thresholds;
  symptoms.saw(Layer::bandwidth, edge);
  bool const capped = best.result->limit == "rate_limit";
  if (best.rate() < thresholds.min_bandwidth.per_second && !capped)
    symptoms.on_edge(
        "BANDWIDTH_LOW", edge,
        fmt::format("{}: {} at best, {} wanted{}", who, shown(*best.result),
                    format(thresholds.min_bandwidth),
                    best.result->limit.empty() ? "" : "; limited by " + best.result->limit));
  if (auto const share = retransmit_share(*worst); share > thresholds.max_retransmits)
    symptoms.on_edge("BANDWIDTH_RETRANSMITS", edge,
                     fmt::format("{}: {:.1f} % of the segments sent again at {}", who, share * 100,
                                 shown(*worst)));
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
  std::map<NodePair, double> rates;
  for (auto const& pair : survey.pairs) {
    Best best;
    read_pair(survey, pair, best, symptoms);
    if (best.result != nullptr && best.result->limit != "rate_limit")
      rates[{pair.source, pair.target}] = best.rate();
  }
  for (auto const& [edge, rate] : rates) {
    auto const back = rates.find(reverse(edge));
    if (back == rates.end()) continue;
    if (rate >= back->second * survey.plan.thresholds.min_bandwidth_symmetry) continue;
    symptoms.on_edge("BANDWIDTH_ASYMMETRIC", edge,
                     fmt::format("{}: {}, {} the other way", name_of(survey, edge),
                                 format(BitRate{rate}), format(BitRate{back->second})));
  }
}
}  // namespace leadline
