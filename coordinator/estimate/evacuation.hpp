#pragma once
#include "coordinator/estimate/estimate.hpp"

#include <string>
#include <vector>

namespace leadline {

/// A VM that is to leave its node.
struct Evacuee {
  std::string name;
  std::string node;
  Question question;  ///< its bandwidth is the node's path; how many are side by side is found here
};

/// How many may be under way.
struct EvacuationLimits {
  long parallel_per_cluster{5};
  long parallel_outbound_per_node{2};
};

struct EvacuationPlan {
  Seconds duration{};
  std::vector<std::string> stuck;  ///< VMs that do not get away while the others leave beside them
};

/// How long it takes until all have left. As KubeVirt does it: the longest waiting first, as many
/// at a time as the two limits allow; those of a node share its path.
EvacuationPlan evacuate(std::vector<Evacuee> const& evacuees, EvacuationLimits const& limits,
                        Outlook outlook);

/// The same for both ends of what is known, and between them.
struct Evacuation {
  std::string of;  ///< a node, or "all nodes"
  EvacuationPlan best;
  EvacuationPlan likely;
  EvacuationPlan worst;
};

Evacuation evacuate(std::string of, std::vector<Evacuee> const& evacuees,
                    EvacuationLimits const& limits);
}  // namespace leadline
