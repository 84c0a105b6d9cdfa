#pragma once
#include "probes/host_chain.hpp"

#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// How the migration interface's frames pass the first bridge of its chain; points into the chain.
struct BridgePassage {
  HostLink const* port{};  ///< by which they enter: a host_end, or the bridge itself
  HostLink const* bridge{};
  std::vector<HostLink const*> uplinks;
  int tag{};  ///< that they bear on entering: of a VLAN sub-interface above; 0: none

  /// The VLAN that they are in behind the port; 0: the port drops them. Means something only where
  /// the bridge filters.
  [[nodiscard]] int vlan() const;
  /// Does the port's table ask for more than a new port gets by itself?
  [[nodiscard]] bool port_asks_for_vlan() const;
};

/// Nothing if the chain has no bridge.
std::optional<BridgePassage> bridge_passage(std::vector<HostLink> const& chain);

/// The VLAN tag with which the migration's frames leave the host, the outermost of several; 0:
/// none. Nothing where that is not in view, or where no frame of it leaves.
std::optional<int> vlan_on_the_wire(std::vector<HostLink> const& chain);

/// Is the link, as a port of a bridge, in this VLAN?
bool carries(HostLink const& port, int vlan);
/// The tagged VLANs of `port` that `uplink` does not carry.
std::vector<VlanRange> not_carried(HostLink const& port, HostLink const& uplink);
/// "1, 10-20"; "none".
std::string list_vlans(std::vector<VlanRange> const& ranges);
/// All that a port carries, in order.
std::vector<VlanRange> all_vlans(HostLink const& port);
}  // namespace leadline
