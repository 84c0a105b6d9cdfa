#pragma once
#include "tests/lab/network/topology.hpp"

namespace leadline::lab {
/// Changes the healthy lab as the scenario's faults say. Throws std::invalid_argument if one names
/// a node, router or cluster that is not there.
void apply_faults(Scenario const& scenario, Topology& topology);
}  // namespace leadline::lab
