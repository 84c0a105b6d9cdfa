#include "coordinator/cost.hpp"

#include "coordinator/bulk_kinds.hpp"
#include "coordinator/matching.hpp"
#include "coordinator/pairs.hpp"
#include "coordinator/survey.hpp"
#include "probes/broadcast_domain.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace leadline {
namespace {
/// How many rounds it takes when no node is in two tests at once: as many as the busiest node has
/// (Koenig), and no more tests a round than there are couples.
std::size_t rounds(std::vector<NodePair> const& pairs, std::size_t nodes) {
  std::vector<std::size_t> degree(nodes);
  for (auto const pair : pairs) {
    ++degree[pair.source];
    ++degree[pair.target];
  }
  if (pairs.empty()) return 0;
  auto const couples = nodes / 2;
  return std::max(std::ranges::max(degree), (pairs.size() + couples - 1) / couples);
}

/// Pairs that the saturation round measures at once; of fewer than two it measures nothing.
std::size_t count_saturating(Plan const& plan, std::vector<NodePair> const& pairs) {
  auto const matching = plan.saturate ? disjoint_pairs(pairs).size() : 0;
  return matching < 2 ? 0 : matching;
}

bool has(Plan const& plan, Stage stage) {
  return std::ranges::count(plan.stages, stage) != 0;
}
}  // namespace

Cost estimate_cost(Plan const& plan, std::map<std::string, int> const& nodes_per_cluster,
                   BitRate link_speed) {
  using Seconds = std::chrono::duration<double>;
  constexpr Seconds light_stage{1};  // reach, TLS and path MTU of a healthy pair take less
  constexpr Seconds set_up{0.1};     // of a bulk test: order, connect, handshake, report
  constexpr double overlap = 1.05;   // dynamic matching against the ideal
  constexpr double pairs_at_once = 64;

  auto const roster = imagined_roster(nodes_per_cluster);
  auto const pairs = choose_pairs(plan.mesh, plan.pairs, roster, 0);
  Cost cost{.pairs = pairs.size()};
  auto const batches = roster.empty()
                           ? 0.0
                           : std::ceil(static_cast<double>(pairs.size()) /
                                       static_cast<double>(roster.size()) / pairs_at_once);
  Seconds time{};
  for (auto const stage : {Stage::reach, Stage::tls, Stage::path_mtu})
    if (has(plan, stage)) time += light_stage * batches;
  if (has(plan, Stage::layer2)) time += Seconds{BroadcastDomain{}.window_ms};  // all nodes at once
  if (has(plan, Stage::latency)) time += (plan.latency_duration + light_stage) * batches;
  if (has(plan, Stage::bandwidth)) {
    auto const kinds = bulk_kinds(plan).size();
    auto const saturating = count_saturating(plan, pairs);
    auto const alone = std::min(saturating, most_measured_alone);
    cost.saturation_tests = alone + saturating;
    cost.bulk_tests = pairs.size() * kinds + cost.saturation_tests;
    auto const rate = plan.max_rate.per_second > 0
                          ? std::min(plan.max_rate.per_second, link_speed.per_second)
                          : link_speed.per_second;
    auto bytes = rate / 8 * Seconds{plan.bandwidth_duration}.count();
    if (plan.max_bytes.count > 0)
      bytes = std::min(bytes, static_cast<double>(plan.max_bytes.count));
    // The byte limit ends a test before its time where the network is fast. How fast it is remains
    // to be seen: for the bytes it counts as fast as it may be, for the time as slow.
    Seconds longest{plan.bandwidth_duration};
    if (auto const least = plan.thresholds.min_bandwidth.per_second; least > 0)
      longest = std::min(longest, Seconds{bytes * 8 / std::min(rate, least)});
    if (plan.bidirectional) bytes *= 2;
    cost.at_most = {static_cast<std::uint64_t>(bytes * static_cast<double>(cost.bulk_tests))};
    time +=
        static_cast<double>(rounds(pairs, roster.size()) * kinds) * overlap * (longest + set_up);
    if (saturating > 0) time += static_cast<double>(alone + 1) * (longest + set_up);
  }
  cost.duration = std::chrono::ceil<std::chrono::seconds>(time);
  return cost;
}
}  // namespace leadline
