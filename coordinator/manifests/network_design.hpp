#pragma once
#include "coordinator/manifests/address_set.hpp"
#include "probes/core/units.hpp"
#include "probes/wire/ethernet_frame.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// What a migration network for several clusters is to be.
struct NetworkDesign {
  std::vector<std::string> clusters;
  AddressBlock range;  ///< of all of them: one mask, a part for each
  std::string master;  ///< the hosts' NIC, for macvlan; empty: `bridge` is used
  std::string bridge;  ///< the hosts' bridge
  std::optional<VlanId> vlan;
  std::optional<Mtu> mtu;
  std::string name{"migration"};
  std::string space{"openshift-cnv"};
  std::uint64_t nodes{1};  ///< of the largest cluster: how many addresses a part must have at least
};

/// The manifests of one cluster.
struct DesignedCluster {
  std::string cluster;
  AddressRange part;
  std::string attachment;      ///< a NetworkAttachmentDefinition, YAML
  std::string hyperconverged;  ///< a merge patch of the HyperConverged object, YAML
};

/// Equal parts of the range, in the order of the clusters. The error says what does not fit.
tl::expected<std::vector<DesignedCluster>, std::string> design_network(NetworkDesign const& design);
}  // namespace leadline
