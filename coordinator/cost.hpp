#pragma once
#include "coordinator/plan.hpp"
#include "probes/core/units.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace leadline {

/// What a run will cost, told before it starts.
struct Cost {
  std::size_t pairs{};
  std::size_t bulk_tests{};
  std::size_t saturation_tests{};  ///< of those: of the saturation round
  Bytes at_most;                   ///< bulk data over the network, all tests together
  std::chrono::seconds duration{};
};

/// Reckons with every bulk test running at `link_speed` (or the plan's max_rate, if that is less)
/// for its whole time, and with as many tests side by side as the nodes allow. Tests that come
/// again (their nodes were busy, or slow beside others) are not known before, and not in it.
Cost estimate_cost(Plan const& plan, std::map<std::string, int> const& nodes_per_cluster,
                   BitRate link_speed);
}  // namespace leadline
