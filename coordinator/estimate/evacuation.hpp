#pragma once
#include "coordinator/estimate/migration_model.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// A VM that is to leave its node.
struct Evacuee {
  std::string name;
  std::string node;
  Workload workload;
};

/// How many may be under way, and what they share.
struct EvacuationLimits {
  long parallel_per_cluster{5};
  long parallel_outbound_per_node{2};
  BitRate node_bandwidth;          ///< of each node's path to the other cluster
  BitRate limit_per_migration{0};  ///< 0: none
  bool auto_converge{};
  bool post_copy{};
  std::optional<std::chrono::seconds> completion_timeout_per_gib;
};

struct EvacuationPlan {
  Seconds duration{};
  std::vector<std::string> stuck;  ///< VMs that do not get away while the others leave beside them
};

/// How long it takes until all have left. As KubeVirt does it: the longest waiting first, as many
/// at a time as the two limits allow; those of a node share its path.
EvacuationPlan evacuate(std::vector<Evacuee> const& evacuees, EvacuationLimits const& limits);
}  // namespace leadline
