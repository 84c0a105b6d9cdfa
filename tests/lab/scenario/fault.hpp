#pragma once
#include "tests/lab/switch/fabric_settings.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace leadline::lab {

/// {link: east/n2, direction: to_node, loss: 5%}: the cable of one node (or router).
struct NodeLineFault {
  std::string node;
  bool from_node{};
  bool to_node{};
  std::function<void(Impairment&)> impair;
};

/// {inter_cluster: east->west, mtu: 1450}: the cable between the clusters.
struct InterClusterFault {
  std::string source;  ///< empty: both directions
  std::string target;
  std::function<void(Impairment&)> impair;
};

/// {access_vlan: 200, node: east/n3}: the node's port is in another VLAN.
struct AccessVlanFault {
  std::string node;
  VlanId vlan{};
};

/// {trunk: [100, 200], native: 100, node: east/n3}
struct TrunkFault {
  std::string node;
  TrunkPort port;
};

/// {inter_cluster_vlans: [100]}: the only VLANs that the link between the clusters passes.
struct AllowedVlansFault {
  std::set<VlanId> allowed;
};

/// {router_mtu: 1450}: the routers know about the limit, and signal it by ICMP.
struct RouterMtuFault {
  std::string router;  ///< empty: both
  int mtu{};
};

/// {nft: "tcp dport 40000-50000 drop", hook: input, in: west/n1}
struct FirewallFault {
  std::string where;
  std::string hook;
  std::string rule;
};

/// {address: 10.200.9.9/16, node: east/n2}: instead of its own.
struct AddressFault {
  std::string node;
  std::string address;
};

struct InterfaceDownFault {
  std::string node;
};

/// {carrier_lost: east/n2}: the cable is pulled, and the node can see it.
struct CarrierLostFault {
  std::string node;
};

/// {run: "ip route del 10.200.2.0/24", in: router1}
struct CommandFault {
  std::string where;
  std::string command;
};

using Fault = std::variant<NodeLineFault, InterClusterFault, AccessVlanFault, TrunkFault,
                           AllowedVlansFault, RouterMtuFault, FirewallFault, AddressFault,
                           InterfaceDownFault, CarrierLostFault, CommandFault>;
}  // namespace leadline::lab
