#pragma once
#include "coordinator/estimate/machine.hpp"
#include "coordinator/manifests/cluster_manifests.hpp"

#include <span>
#include <string>
#include <vector>

namespace leadline {

/// The stricter of all for each setting: of a migration between clusters both must allow it. None:
/// KubeVirt's defaults.
MigrationSettings strictest_of(std::vector<MigrationSettings> const& all);

/// Which settings hold for a VM: those of each cluster, changed by the MigrationPolicy that selects
/// the VM there; and of these the strictest.
struct GoverningSettings {
  MigrationSettings strictest;
  std::vector<std::string> policies;  ///< that hold: "MigrationPolicy slow of east"

  struct Doubt {
    std::string policy;           ///< that holds if the VM or its namespace has labels not known
    MigrationSettings strictest;  ///< what then holds
  };

  std::vector<Doubt> doubts;
};

GoverningSettings governing_settings(std::span<ClusterManifests const> clusters,
                                     Machine const& machine);
}  // namespace leadline
