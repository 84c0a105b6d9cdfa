#include "coordinator/clock_offsets.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace leadline {

std::optional<ClockOffset> told_offset(Pong const& pong, std::int64_t now_ns) {
  if (pong.coordinator_ns < 0 || pong.coordinator_ns > now_ns || pong.agent_ns < 0)
    return std::nullopt;
  auto const round_trip = now_ns - pong.coordinator_ns;
  auto const middle = pong.coordinator_ns + (round_trip / 2);
  return ClockOffset{.offset_ms = static_cast<double>(pong.agent_ns - middle) / 1e6,
                     .uncertainty_ms = static_cast<double>(round_trip) / 2e6};
}

double median_offset_ms(Survey const& survey) {
  std::vector<double> offsets;
  for (auto const& node : survey.nodes)
    if (node.clock) offsets.push_back(node.clock->offset_ms);
  if (offsets.empty()) return 0;
  std::ranges::sort(offsets);
  auto const median = offsets[offsets.size() / 2];
  if (offsets.size() % 2 == 1) return median;
  return std::min(median, offsets[offsets.size() / 2 - 1],
                  [](double a, double b) { return std::abs(a) < std::abs(b); });
}

std::int64_t start_by_the_nodes(Survey const& survey) {
  return std::chrono::system_clock::to_time_t(survey.started) +
         std::llround(median_offset_ms(survey) / 1000);
}
}  // namespace leadline
