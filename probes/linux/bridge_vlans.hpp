#pragma once
#include "probes/core/checked_json.hpp"

#include <linux/if_bridge.h>
#include <map>
#include <span>
#include <vector>

namespace leadline {

/// VLAN ids from `first` to `last`, both included.
struct VlanRange {
  int first{};
  int last{};
  auto operator<=>(VlanRange const&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(VlanRange, first, last)

/// Which VLANs a port of a bridge belongs to (bridge vlan show).
struct PortVlans {
  int pvid{};                       ///< of frames that come in without a tag; 0: they are dropped
  std::vector<VlanRange> tagged;    ///< go out with their tag
  std::vector<VlanRange> untagged;  ///< go out without one
  bool operator==(PortVlans const&) const = default;
};

/// From the kernel's entries, in its order: single ids and ranges (BRIDGE_VLAN_INFO_RANGE_BEGIN and
/// _END).
PortVlans port_vlans(std::span<bridge_vlan_info const> entries);

/// Those of all bridges and their ports in the calling thread's namespace, by interface index.
/// Throws std::system_error where the kernel does not answer.
std::map<int, PortVlans> read_bridge_vlans();
}  // namespace leadline
