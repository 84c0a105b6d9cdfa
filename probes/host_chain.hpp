#pragma once
#include "probes/core/checked_json.hpp"
#include "probes/linux/bridge_vlans.hpp"
#include "probes/linux/link_table.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace leadline {

/// What a link is in the chain from the migration interface to the wire.
enum class LinkRole {
  parent,    ///< carries a sub-interface that comes before it in the chain
  pod_end,   ///< in the pod's own namespace; the first is the migration interface
  host_end,  ///< the veth end that faces a pod_end
  bridge,
  uplink,  ///< a port of the bridge that leads on from it
  member   ///< of a bond or team
};
NLOHMANN_JSON_SERIALIZE_ENUM(LinkRole, {{LinkRole::parent, "parent"},
                                        {LinkRole::pod_end, "pod_end"},
                                        {LinkRole::host_end, "host_end"},
                                        {LinkRole::bridge, "bridge"},
                                        {LinkRole::uplink, "uplink"},
                                        {LinkRole::member, "member"}})

/// One link between the migration interface and the wire.
struct HostLink {
  LinkRole role{LinkRole::parent};
  std::string name;
  std::string kind;    ///< "veth", "bridge", "bond", "vlan" ...; empty: hardware
  std::string master;  ///< the bridge or bond that it is a port of; empty: none
  std::string parent;  ///< the link that it lies on, or a veth's other end, where that is in view
  std::uint32_t mtu_octets{};
  bool up{};
  bool carrier{};
  std::uint32_t carrier_changes{};
  std::uint64_t speed_bits_per_second{};  ///< 0: the driver does not say, or nobody asked
  int vlan_id{};                          ///< of a VLAN sub-interface, else 0
  std::string vlan_protocol;              ///< "802.1Q" or "802.1ad"
  bool vlan_filtering{};                  ///< of a bridge
  int default_pvid{};                     ///< of a bridge
  int pvid{};                             ///< of a bridge's port, and of the bridge as its own port
  std::vector<VlanRange> tagged;          ///< the same
  std::vector<VlanRange> untagged;        ///< the same
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HostLink, role, name, kind, master, parent, mtu_octets, up,
                                   carrier, carrier_changes, speed_bits_per_second, vlan_id,
                                   vlan_protocol, vlan_filtering, default_pvid, pvid, tagged,
                                   untagged)

/// Walks from `interface` in the namespace of `own` down to the wire through that of `host` (the
/// same table where the agent runs in the host's namespace). Empty if there is no such interface.
///
/// A bridge is left by its uplinks: its port `uplink` if it has one of that name; else all ports
/// but those of guests. A guest's port is a veth whose other end lies in another namespace, and a
/// TAP. A veth that stays in the host leads to another link of it and is an uplink.
std::vector<HostLink> host_chain(LinkTable const& own, std::string const& interface,
                                 LinkTable const& host, std::string const& uplink);
}  // namespace leadline
