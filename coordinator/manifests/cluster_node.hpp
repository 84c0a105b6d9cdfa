#pragma once
#include "coordinator/manifests/address_set.hpp"
#include "coordinator/manifests/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// A node as its own object describes it.
struct ClusterNode {
  Manifest const* manifest{};
  /// May VMs run here? By the label that virt-handler keeps, else by the cordon.
  bool schedulable{};
  bool labelled{};                                  ///< kubevirt.io/schedulable is there
  std::vector<boost::asio::ip::address> addresses;  ///< of the main network
  std::vector<AddressBlock> pod_networks;           ///< this node's part of it
};

/// Nothing if it is no Node.
std::optional<ClusterNode> read_node(Manifest const& manifest);

/// What a cluster's pods and services have for addresses.
struct ClusterNetworks {
  std::vector<AddressBlock> pods;
  std::vector<AddressBlock> services;
};

/// From a Network object of config.openshift.io; empty for any other.
ClusterNetworks read_cluster_networks(Manifest const& manifest);
}  // namespace leadline
