#include "coordinator/manifests/cni_keys.hpp"

#include <array>

namespace leadline {
namespace {
using enum CniKey::Type;
constexpr long highest_vlan = 4094;  // IEEE 802.1Q: 4095 is reserved
constexpr long highest_mtu = 65535;

// What every plugin may have: the CNI specification 1.1, section 1, and Multus.
constexpr std::array general{
    CniKey{"cniVersion", text},     CniKey{"name", text},
    CniKey{"type", text},           CniKey{"ipam", object},
    CniKey{"dns", object},          CniKey{"args", object},
    CniKey{"capabilities", object}, CniKey{"runtimeConfig", object},
    CniKey{"prevResult", object},   CniKey{"disableCheck", boolean},
    CniKey{"delegates", list},
};

constexpr std::array bridge{
    CniKey{"bridge", text, "cni0 by default; made if it does not exist, else taken as it is"},
    CniKey{"ipMasq", boolean,
           "false by default: true rewrites the source address of what leaves the network"},
    CniKey{"ipMasqBackend", text, "", "iptables nftables"},
    CniKey{"disableContainerInterface", boolean,
           "false by default: true sets the pod's interface down, and forbids IPAM"},
    CniKey{"isGateway", boolean, "false by default: true gives the bridge an address"},
    CniKey{"isDefaultGateway", boolean,
           "false by default: true sets isGateway, and the default route through the bridge"},
    CniKey{"forceAddress", boolean,
           "false by default: true replaces an address that the bridge already has"},
    CniKey{"hairpinMode", boolean,
           "false by default: true sends frames back through the port they came from"},
    CniKey{"promiscMode", boolean, "false by default: true sets the bridge promiscuous"},
    CniKey{"vlan", integer,
           "none by default: the VLAN of the pod's port on the bridge. One of OpenShift's tables "
           "calls it a string, and means a number",
           "", 0, highest_vlan},
    CniKey{"preserveDefaultVlan", boolean,
           "true by default: the pod's port stays in the bridge's default VLAN as well. One of "
           "OpenShift's tables calls it a string, and means a truth value"},
    CniKey{"vlanTrunk", list, "none by default: the VLANs that the pod may tag"},
    CniKey{"mtu", integer, "the kernel's choice by default", "", 0, highest_mtu},
    CniKey{"enabledad", boolean,
           "false by default: true lets the pod detect duplicates of its IPv6 addresses"},
    CniKey{"macspoofchk", boolean,
           "false by default: true drops what the pod sends from another MAC address"},
    CniKey{"portIsolation", boolean,
           "false by default: true keeps pods on one bridge apart, but not from the uplink"},
};

constexpr std::array macvlan{
    CniKey{"master", text, "the interface of the default route, if none is given"},
    CniKey{"mode", text, "bridge by default", "bridge private vepa passthru"},
    CniKey{"mtu", integer, "the master's by default, and at most that", "", 0, highest_mtu},
    CniKey{"linkInContainer", boolean},
    CniKey{"bcqueuelen", integer},
    CniKey{"mac", text},
};

constexpr std::array ipvlan{
    CniKey{"master", text, "the interface of the default route, if none is given"},
    CniKey{"mode", text, "l2 by default", "l2 l3 l3s"},
    CniKey{"mtu", integer, "the master's by default, and at most that", "", 0, highest_mtu},
    CniKey{"linkInContainer", boolean},
};

constexpr std::array vlan{
    CniKey{"master", text, "the interface of the default route, if none is given"},
    CniKey{"vlanId", integer, "", "", 0, highest_vlan},
    CniKey{"mtu", integer, "the master's by default, and at most that", "", 0, highest_mtu},
    CniKey{"linkInContainer", boolean},
};

constexpr std::array host_device{
    CniKey{"device", text},
    CniKey{"hwaddr", text},
    CniKey{"kernelpath", text},
    CniKey{"pciBusID", text},
};

constexpr std::array sriov{
    CniKey{"deviceID", text},
    CniKey{"vlan", integer, "none by default", "", 0, highest_vlan},
    CniKey{"vlanQoS", integer, "0 by default", "", 0, 7},
    CniKey{"vlanProto", text, "802.1q by default", "802.1q 802.1Q 802.1ad"},
    CniKey{"mac", text},
    CniKey{"spoofchk", text, "", "on off"},
    CniKey{"trust", text, "", "on off"},
    CniKey{"link_state", text, "auto by default", "auto enable disable"},
    CniKey{"min_tx_rate", integer, "Mbit/s; no limit by default"},
    CniKey{"max_tx_rate", integer, "Mbit/s; no limit by default: it caps every migration"},
    CniKey{"logFile", text},
    CniKey{"logLevel", text},
};

constexpr std::array ovs{
    CniKey{"bridge", text},
    CniKey{"vlan", integer, "none by default: all VLANs", "", 0, highest_vlan},
    CniKey{"mtu", integer, "", "", 0, highest_mtu},
    CniKey{"trunk", list, "none by default: the VLANs that the pod may tag"},
    CniKey{"ofport_request", integer},
    CniKey{"interface_type", text},
    CniKey{"configuration_path", text},
    CniKey{"socket_file", text},
    CniKey{"link_state_check_retries", integer},
    CniKey{"link_state_check_interval", integer},
};

constexpr std::array overlay{
    CniKey{"topology", text, "", "layer2 layer3 localnet"},
    CniKey{"netAttachDefName", text, "must be namespace/name of this very object"},
    CniKey{"subnets", text, "none: no address"},
    CniKey{"excludeSubnets", text},
    CniKey{"vlanID", integer, "none by default", "", 0, highest_vlan},
    CniKey{"mtu", integer, "", "", 0, highest_mtu},
    CniKey{"physicalNetworkName", text, "the network's name by default"},
    CniKey{"role", text, "", "primary secondary"},
    CniKey{"joinSubnet", text},
    CniKey{"allowPersistentIPs", boolean},
    CniKey{"defaultGatewayIPs", text},
    CniKey{"reservedSubnets", text},
    CniKey{"infrastructureSubnets", text},
    CniKey{"transitSubnet", text},
};

constexpr std::array whereabouts{
    CniKey{"type", text},
    CniKey{"range", text, "10.200.5.0/24 or 10.200.5.10-10.200.5.200/24"},
    CniKey{"range_start", text},
    CniKey{"range_end", text},
    CniKey{"exclude", list},
    CniKey{"ipRanges", list},
    CniKey{"gateway", text},
    CniKey{"routes", list},
    CniKey{"addresses", list},
    CniKey{"dns", object},
    CniKey{"network_name", text, "keeps the leases apart from other networks with this range"},
    CniKey{"enable_overlapping_ranges", boolean, "true by default"},
    CniKey{"node_slice_size", any},
    CniKey{"leader_lease_duration", integer},
    CniKey{"leader_renew_deadline", integer},
    CniKey{"leader_retry_period", integer},
    CniKey{"sleep_for_race", integer},
    CniKey{"log_file", text},
    CniKey{"log_level", text},
    CniKey{"datastore", text},
    CniKey{"etcd_host", text},
    CniKey{"kubernetes", object},
    CniKey{"configuration_path", text},
    CniKey{"reconciler_cron_expression", text},
};

constexpr std::array host_local{
    CniKey{"type", text},       CniKey{"ranges", list},   CniKey{"subnet", text},
    CniKey{"rangeStart", text}, CniKey{"rangeEnd", text}, CniKey{"gateway", text},
    CniKey{"routes", list},     CniKey{"dataDir", text},  CniKey{"resolvConf", text},
};

constexpr std::array static_addresses{
    CniKey{"type", text},
    CniKey{"addresses", list},
    CniKey{"routes", list},
    CniKey{"dns", object},
};

constexpr std::array dhcp{
    CniKey{"type", text},    CniKey{"daemonSocketPath", text}, CniKey{"request", list},
    CniKey{"provide", list}, CniKey{"priority", integer},
};

std::span<CniKey const> own_keys(std::string_view plugin) {
  if (plugin == "bridge" || plugin == "cnv-bridge") return bridge;
  if (plugin == "macvlan") return macvlan;
  if (plugin == "ipvlan") return ipvlan;
  if (plugin == "vlan") return vlan;
  if (plugin == "host-device") return host_device;
  if (plugin == "sriov") return sriov;
  if (plugin == "ovs") return ovs;
  if (plugin == "ovn-k8s-cni-overlay") return overlay;
  return {};
}
}  // namespace

std::vector<CniKey> plugin_keys(std::string_view plugin) {
  auto const own = own_keys(plugin);
  if (own.empty()) return {};
  std::vector<CniKey> keys{general.begin(), general.end()};
  keys.insert(keys.end(), own.begin(), own.end());
  return keys;
}

std::span<CniKey const> ipam_keys(std::string_view type) {
  if (type == "whereabouts") return whereabouts;
  if (type == "host-local") return host_local;
  if (type == "static") return static_addresses;
  if (type == "dhcp") return dhcp;
  return {};
}
}  // namespace leadline
