#pragma once
#include "coordinator/survey.hpp"

#include <string>
#include <vector>

namespace leadline {

/// Something that the plan asks about a node by itself, and that was not measured.
struct NodeGap {
  NodeIndex node{};
  std::string sentence;  ///< what, why, and what to do about it
};

/// In the order of the nodes, of each kind of gap.
std::vector<NodeGap> node_gaps(Survey const& survey);
}  // namespace leadline
