#include "coordinator/excess.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace leadline {
namespace {
/// On which ways every bulk test gave what the plan asks for. Looked up for lossy ways only.
class Carried {
 public:
  explicit Carried(Survey const& survey) : survey_{survey} {}

  /// The slowest that was measured, if it is enough.
  [[nodiscard]] std::optional<BitRate> enough(NodePair edge) {
    if (slowest_.empty()) measure();
    auto const found = slowest_.find(edge);
    if (found == slowest_.end() || found->second < survey_.plan.thresholds.min_bandwidth)
      return std::nullopt;
    return found->second;
  }

 private:
  void measure() {
    each_result<Bandwidth>(survey_, [&](Observation const& seen, Bandwidth::Result const& result) {
      BitRate const rate{result.rate_bits_per_second};
      auto const [known, is_new] = slowest_.emplace(edge_of(seen), rate);
      if (!is_new) known->second = std::min(known->second, rate);
    });
  }

  Survey const& survey_;
  std::map<NodePair, BitRate> slowest_;
};

/// What the packets on one way met, in all sessions between its ends without a load.
struct Way {
  PacketCount lost;
  PacketCount overtaken;
  std::uint32_t longest_gap{};
};

using Ways = std::map<NodePair, Way>;

void count(Ways& ways, NodePair edge, std::uint32_t lost, std::uint32_t sent,
           std::uint32_t longest_gap) {
  auto& way = ways[edge];
  way.lost.bad += lost;
  way.lost.of += sent;
  way.longest_gap = std::max(way.longest_gap, longest_gap);
}

void read_idle(Survey const& survey, Ways& ways, Observation const& seen,
               Latency::Result const& result, Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  symptoms.saw(Layer::loss, edge);
  symptoms.saw(Layer::latency, edge);
  auto const arrived = result.sent - std::min(result.sent, result.lost_forward);
  count(ways, edge, result.lost_forward, result.sent, result.longest_gap);
  count(ways, reverse(edge), result.lost_reverse, arrived, result.longest_gap);
  ways[edge].overtaken.bad += result.reordered;
  ways[edge].overtaken.of += result.received;
  auto const accepted = survey.plan.thresholds.max_latency;
  if (result.received > 0 && result.rtt_p50_us > static_cast<double>(accepted.count()))
    symptoms.on_edge(
        "LATENCY_HIGH", edge,
        fmt::format("{}: round trip {} median, {} p99, jitter {} (at most {} accepted)",
                    name_of(survey, edge), format_microseconds(result.rtt_p50_us),
                    format_microseconds(result.rtt_p99_us), format_microseconds(result.jitter_us),
                    format(accepted)),
        result.rtt_p50_us);
}

std::vector<Excess> excess_of(Survey const& survey, Ways const& ways, PacketCount Way::* what,
                              double accepted) {
  std::vector<PacketCount> counts;
  counts.reserve(ways.size());
  for (auto const& [edge, way] : ways)
    counts.push_back({.edge = edge, .bad = (way.*what).bad, .of = (way.*what).of});
  std::vector<NodeName> roster;
  roster.reserve(survey.nodes.size());
  for (auto const& node : survey.nodes) roster.push_back(node.name);
  return find_excess(std::move(counts), roster, accepted);
}

/// One way's few packets may show nothing of what all of them do.
std::string together(Excess const& excess) {
  if (excess.edges.size() < 2) return {};
  auto const& all = excess.together;
  return fmt::format("; {} of {} ({:.2f} %) from {} to {} together", all.bad, all.of,
                     all.share() * 100, excess.from, excess.to);
}

void read_loss(Survey const& survey, Carried& carried, Ways const& ways, Symptoms& symptoms) {
  auto const& limits = survey.plan.thresholds;
  for (auto const& excess : excess_of(survey, ways, &Way::lost, limits.max_loss))
    for (auto const edge : excess.edges) {
      auto const& way = ways.at(edge);
      auto seen = fmt::format("{}: {} of {} packets lost ({:.2f} %), up to {} in a row{}",
                              name_of(survey, edge), way.lost.bad, way.lost.of,
                              way.lost.share() * 100, way.longest_gap, together(excess));
      auto const share = excess.together.share();
      auto const enough = carried.enough(edge);
      if (enough) seen += fmt::format("; TCP carries {} all the same", format(*enough));
      symptoms.on_edge("LOSS", edge, std::move(seen),
                       share > limits.severe_loss && !enough ? Severity::error : Severity::warning,
                       share);
    }
}

void read_order(Survey const& survey, Ways const& ways, Symptoms& symptoms) {
  auto const accepted = survey.plan.thresholds.max_reordering;
  for (auto const& excess : excess_of(survey, ways, &Way::overtaken, accepted))
    for (auto const edge : excess.edges) {
      auto const& answers = ways.at(edge).overtaken;
      symptoms.on_edge(
          "REORDERING", edge,
          fmt::format("{}: {} of {} answers came after a later one{}", name_of(survey, edge),
                      answers.bad, answers.of, together(excess)),
          excess.together.share());
    }
}
}  // namespace

void read_latency(Survey const& survey, Symptoms& symptoms) {
  std::map<Family, Ways> ways;
  for (auto const& pair : survey.pairs) {
    std::map<Family, double> idle_us;
    each_result<Latency>(pair, [&](Observation const& seen, Latency::Result const& result) {
      if (result.under_load) return;
      read_idle(survey, ways[seen.family], seen, result, symptoms);
      if (result.received > 0) idle_us[seen.family] = result.rtt_p50_us;
    });
    each_result<Latency>(pair, [&](Observation const& seen, Latency::Result const& result) {
      auto const idle = idle_us.find(seen.family);
      if (!result.under_load || idle == idle_us.end() || result.received == 0) return;
      // A queue that fills delays most packets; a pause of one host leaves the median alone.
      auto const grown_us =
          std::min(result.rtt_p90_us - idle->second, (result.rtt_p50_us - idle->second) * 2);
      auto const accepted = survey.plan.thresholds.max_bufferbloat;
      if (grown_us > static_cast<double>(accepted.count()))
        symptoms.on_edge(
            "BUFFERBLOAT", edge_of(seen),
            fmt::format(
                "{}: round trip {} median and {} p90 under load, {} median idle (at most {} "
                "more accepted)",
                name_of(survey, edge_of(seen)), format_microseconds(result.rtt_p50_us),
                format_microseconds(result.rtt_p90_us), format_microseconds(idle->second),
                format(accepted)),
            grown_us);
    });
  }
  Carried carried{survey};
  for (auto const& [family, of_family] : ways) {
    read_loss(survey, carried, of_family, symptoms);
    read_order(survey, of_family, symptoms);
  }
}
}  // namespace leadline
