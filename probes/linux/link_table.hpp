#pragma once
#include "probes/linux/bridge_vlans.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace leadline {

/// One link of a network namespace as rtnetlink shows it, with what it hangs on by index.
struct LinkRecord {
  int index{};
  std::string name;
  std::string kind;  ///< "veth", "bridge", "vlan" ...; empty: hardware
  int master{};      ///< the bridge or bond that it is a port of; 0: none
  int parent{};      ///< IFLA_LINK: the link that it lies on, or a veth's other end; 0: none
  std::optional<int> parent_namespace;  ///< IFLA_LINK_NETNSID; nothing: the parent is here
  std::uint32_t mtu_octets{};
  bool up{};
  bool carrier{};
  std::uint32_t carrier_changes{};
  int vlan_id{};              ///< of a VLAN sub-interface, else 0
  std::string vlan_protocol;  ///< "802.1Q" or "802.1ad"
  bool vlan_filtering{};      ///< of a bridge
  int default_pvid{};         ///< of a bridge; 0: new ports are in no VLAN
  PortVlans vlans;            ///< of a bridge or a port of one
};

using LinkTable = std::map<int, LinkRecord>;  ///< by index

/// All links of the calling thread's namespace. Needs no capability. Throws std::system_error where
/// the kernel does not answer.
LinkTable read_link_table();
/// Null if there is none of this name.
LinkRecord const* find_link(LinkTable const& table, std::string const& name);
}  // namespace leadline
