#pragma once
#include "coordinator/pairs.hpp"

#include <vector>

namespace leadline {

/// Pairs of which no two share a node, as many as a first look finds: all nodes of the smaller
/// cluster where every pair of a cross mesh is there. In the order of `pairs`.
std::vector<NodePair> disjoint_pairs(std::vector<NodePair> const& pairs);
}  // namespace leadline
