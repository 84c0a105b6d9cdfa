#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace leadline {
namespace {

/// The one network of a cluster that others are compared with; null: not known.
Attachment const* network_of(ClusterManifests const& cluster) {
  if (auto const* const named = cluster.migration_attachment()) return named;
  return cluster.settings.settings() == nullptr && cluster.attachments.size() == 1
             ? &cluster.attachments.front()
             : nullptr;
}

/// Two networks, and where they are written.
struct Compared {
  ClusterManifests const& one;
  ClusterManifests const& other;
  Attachment const& a;
  Attachment const& b;
  ConfigFindings& found;

  void add(std::string_view code, std::string summary, std::string_view pointer = "") const {
    found.add(code, scope_of(one, other), std::move(summary),
              {place_in_config(a, pointer), place_in_config(b, pointer)});
  }
};

bool are_apart(Compared const& both) {
  auto const& pools = both.b.addresses.pools;
  return !both.a.addresses.pools.empty() && !pools.empty() &&
         std::ranges::none_of(both.a.addresses.pools, [&](AddressPool const& mine) {
           return std::ranges::any_of(
               pools, [&](AddressPool const& theirs) { return mine.block.overlaps(theirs.block); });
         });
}

void compare_ranges(Compared const& both) {
  auto const& [one, other, a, b, found] = both;
  for (auto const& mine : a.addresses.pools)
    for (auto const& theirs : b.addresses.pools) {
      if (!mine.block.overlaps(theirs.block)) continue;
      if (auto const common = mine.usable.common_with(theirs.usable); !common.empty())
        both.add("CONFIG_RANGE_OVERLAP",
                 fmt::format("{} and {} hand out the same addresses: {}", one.name, other.name,
                             format(common)),
                 "/ipam");
      if (mine.block.prefix_length != theirs.block.prefix_length)
        both.add("CONFIG_MASK_DIFFERS",
                 fmt::format("the masks differ: {} in {}, {} in {}", format(mine.block), one.name,
                             format(theirs.block), other.name),
                 "/ipam");
    }
  if (are_apart(both))
    both.add("CONFIG_RANGES_APART",
             fmt::format("{} of {} and {} of {} are different networks: routers must join them",
                         format(a.addresses.pools.front().block), one.name,
                         format(b.addresses.pools.front().block), other.name),
             "/ipam");
}

std::string shown(std::optional<VlanId> vlan) {
  return vlan ? fmt::format("VLAN {}", *vlan) : std::string{"no VLAN"};
}

void compare_links(Compared const& both) {
  auto const& [one, other, a, b, found] = both;
  // Different plugins tag in different places: where one leaves the VLAN to the host, its
  // configuration shows none.
  bool const comparable = a.plugin == b.plugin || (a.vlan && b.vlan);
  if (comparable && a.vlan != b.vlan && !are_apart(both))
    both.add("CONFIG_VLAN_DIFFERS", fmt::format("{} uses {}, {} uses {}", one.name, shown(a.vlan),
                                                other.name, shown(b.vlan)));
  if (a.mtu && b.mtu && a.mtu != b.mtu)
    both.add("CONFIG_MTU_DIFFERS",
             fmt::format("the MTU is {} in {} and {} in {}", a.mtu->octets, one.name, b.mtu->octets,
                         other.name),
             "/mtu");
  if (a.mtu.has_value() != b.mtu.has_value()) {
    bool const set_in_one = a.mtu.has_value();
    both.add("CONFIG_MTU_DIFFERS", fmt::format("{} sets an MTU of {}, {} leaves it to the host",
                                               set_in_one ? one.name : other.name,
                                               a.mtu.value_or(b.mtu.value_or(Mtu{})).octets,
                                               set_in_one ? other.name : one.name));
  }
  if (a.plugin != b.plugin)
    both.add("CONFIG_PLUGIN_DIFFERS", fmt::format("{} uses the plugin {}, {} uses {}", one.name,
                                                  a.plugin, other.name, b.plugin));
}

/// "eth1" where the interface is "eth1.100" and the VLAN 100, which is compared by itself.
std::string_view without_vlan(Attachment const& network) {
  std::string_view const name = network.parent;
  if (!network.vlan) return name;
  auto const suffix = fmt::format(".{}", *network.vlan);
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

std::string_view parent_key(std::string_view plugin) {
  if (plugin == "ovn-k8s-cni-overlay") return "/physicalNetworkName";
  if (plugin == "host-device") return "/device";
  return plugin == "macvlan" || plugin == "ipvlan" || plugin == "vlan" ? "/master" : "/bridge";
}

/// Do both lead to one wire? A host's names are its own, so that two of them are no more than a
/// hint; a physical network's name is chosen for the network, and stands for it.
void compare_parents(Compared const& both) {
  auto const& [one, other, a, b, found] = both;
  if (a.plugin != b.plugin || a.parent.empty() || b.parent.empty()) return;
  auto const ours = without_vlan(a);
  auto const theirs = without_vlan(b);
  if (ours == theirs) return;
  auto const key = parent_key(a.plugin);
  if (key == "/physicalNetworkName")
    both.add("CONFIG_PHYSICAL_NETWORK_DIFFERS",
             fmt::format("{} is on the physical network {}, {} on {}", one.name, ours, other.name,
                         theirs),
             key);
  else
    both.add("CONFIG_PARENT_DIFFERS",
             fmt::format("{} is on the hosts' {}, {} on {}", one.name, ours, other.name, theirs),
             key);
}

std::set<int> vlans_of(std::vector<VlanRange> const& trunk) {
  std::set<int> all;
  for (auto const& [lowest, highest] : trunk)
    for (int vlan = lowest; vlan <= highest; ++vlan) all.insert(vlan);
  return all;
}

std::string shown(std::vector<VlanRange> const& trunk) {
  return trunk.empty() ? std::string{"no VLAN"} : "VLAN " + format(trunk);
}

void compare_trunks(Compared const& both) {
  auto const& [one, other, a, b, found] = both;
  // As with the VLAN: of another plugin the configuration need not show it.
  bool const comparable = a.plugin == b.plugin || (!a.trunk.empty() && !b.trunk.empty());
  if (!comparable || vlans_of(a.trunk) == vlans_of(b.trunk)) return;
  both.add("CONFIG_TRUNK_DIFFERS",
           fmt::format("{} trunks {}, {} trunks {}", one.name, shown(a.trunk), other.name,
                       shown(b.trunk)),
           a.plugin == "ovs" ? "/trunk" : "/vlanTrunk");
}

/// What is known to be in use: leases, and addresses of running pods.
std::map<boost::asio::ip::address, std::string> addresses_in_use(ClusterManifests const& cluster) {
  std::map<boost::asio::ip::address, std::string> used;
  for (auto const& lease : cluster.leases)
    used.emplace(lease.address,
                 fmt::format("{}: lease of {}", format(lease.pool->place("/spec/allocations")),
                             lease.holder));
  for (auto const& pod : cluster.pods)
    for (auto const& address : pod.addresses)
      if (!(address.is_v6() && address.to_v6().is_link_local()))
        used.insert_or_assign(address,
                              fmt::format("{}: pod {} on node {}", format(pod.manifest->place()),
                                          pod.manifest->name, pod.node));
  return used;
}
}  // namespace

void check_same_network(ClusterManifests const& one, ClusterManifests const& other,
                        ConfigFindings& found) {
  auto const* const a = network_of(one);
  auto const* const b = network_of(other);
  if (a == nullptr || b == nullptr) {
    found.not_checked((a == nullptr ? one : other).name,
                      "VLAN, MTU, ranges and wires against the other cluster",
                      "its migration network's NetworkAttachmentDefinition");
    return;
  }
  if (a->plugin.empty() || b->plugin.empty()) return;  // broken, which is said already
  Compared const both{one, other, *a, *b, found};
  compare_ranges(both);
  compare_links(both);
  if (are_apart(both)) return;  // routers join them, whatever their wires are called
  compare_parents(both);
  compare_trunks(both);
}

void check_address_use(ClusterManifests const& one, ClusterManifests const& other,
                       ConfigFindings& found) {
  auto const ours = addresses_in_use(one);
  for (auto const& [address, theirs] : addresses_in_use(other)) {
    auto const mine = ours.find(address);
    if (mine == ours.end()) continue;
    // The leases of pools that have no network in common with the migration's say nothing.
    auto const* const attachment = network_of(one);
    if (attachment != nullptr && !attachment->addresses.pools.empty() &&
        std::ranges::none_of(attachment->addresses.pools,
                             [&](AddressPool const& pool) { return pool.block.contains(address); }))
      continue;
    found.add(
        "CONFIG_ADDRESS_TWICE", scope_of(one, other),
        fmt::format("{} is in use in {} and in {}", address.to_string(), one.name, other.name),
        {mine->second, theirs});
  }
}
}  // namespace leadline
