#pragma once
#include "coordinator/manifests/cluster_manifests.hpp"
#include "coordinator/plan.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace leadline {

/// What a cluster's manifests promise of its migration network, as far as they say.
struct ConfiguredNetwork {
  std::string cluster;
  int nodes{};  ///< that may run VMs; 0: not known
  std::optional<VlanId> vlan;
  std::optional<Mtu> mtu;
  std::vector<AddressBlock> ranges;
  /// What a path must carry so that as many migrations as a node may start at a time meet their
  /// timeout; 0: not known.
  BitRate needed_bandwidth{0};
  std::vector<std::string> synchronization_addresses;
};

ConfiguredNetwork read_configured_network(ClusterManifests const& cluster);

/// The plan that follows from them, for a plan file and the command line to be laid over. A VLAN or
/// an MTU in which clusters differ is not expected: leadline lint says so.
Plan expect_configured(std::span<ConfiguredNetwork const> clusters, Plan base);
}  // namespace leadline
