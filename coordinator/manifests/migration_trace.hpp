#pragma once
#include "coordinator/manifests/cluster_manifests.hpp"

#include <span>
#include <string>
#include <string_view>

namespace leadline {

/// Over which network a VM came where it is, as far as its own object tells.
struct MigrationTrace {
  enum class Verdict { migration_network, other_network, unknown };
  Verdict verdict{Verdict::unknown};
  std::string machine;  ///< "namespace/name"
  std::string address;  ///< .status.migrationState.targetNodeAddress; empty: there is none
  std::string network;  ///< that it lies in, or why that is not known
};

std::string_view format(MigrationTrace::Verdict verdict);

/// Of a VirtualMachineInstance, against the networks of the clusters.
MigrationTrace trace_migration(Manifest const& machine, std::span<ClusterManifests const> clusters);
}  // namespace leadline
