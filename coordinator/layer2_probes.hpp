#pragma once
#include "coordinator/survey.hpp"

#include <vector>

namespace leadline {

/// What a node is asked to do in the layer 2 stage: beacons and the view of its host from all of
/// them, and from two of each cluster the question who holds which migration address.
std::vector<AnyProbe> layer2_probes(Survey const& survey, NodeIndex node);
}  // namespace leadline
