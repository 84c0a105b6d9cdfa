#include "probes/host_chain.hpp"

#include <algorithm>
#include <set>

namespace leadline {
namespace {
LinkRecord const* at(LinkTable const& table, int index) {
  auto const found = table.find(index);
  return found == table.end() ? nullptr : &found->second;
}

std::string name_in(LinkTable const& table, int index) {
  auto const* link = at(table, index);
  return link == nullptr ? std::string{} : link->name;
}

bool is_guest_port(LinkRecord const& port) {
  return port.kind == "tun" || (port.kind == "veth" && port.parent_namespace);
}

class Walk {
 public:
  Walk(LinkTable const& own, LinkTable const& host, std::string const& uplink)
      : own_{own}, host_{host}, uplink_{uplink} {}

  std::vector<HostLink> from(LinkRecord const& interface) {
    if (add(own_, interface, LinkRole::pod_end)) descend(own_, interface);
    return std::move(chain_);
  }

 private:
  /// What lies below a link that is in the chain already.
  void descend(LinkTable const& table, LinkRecord const& link) {
    if (link.kind == "bridge") {
      leave_bridge(table, link);
      return;
    }
    if (link.kind == "bond" || link.kind == "team") {
      add_members(table, link);
      return;
    }
    auto const* place = where_parent_lies(table, link);
    auto const* lower = place == nullptr ? nullptr : at(*place, link.parent);
    if (lower == nullptr) return;
    if (link.kind == "veth") {
      if (add(*place, *lower, LinkRole::host_end)) enter_bridge(*place, *lower);
    } else if (add(*place, *lower, LinkRole::parent)) {
      descend(*place, *lower);
    }
  }

  /// Null: nowhere that we see. A number of the host's for a third namespace says nothing to us.
  [[nodiscard]] LinkTable const* where_parent_lies(LinkTable const& table,
                                                   LinkRecord const& link) const {
    if (link.parent == 0) return nullptr;
    if (!link.parent_namespace) return &table;
    return &table == &own_ && &own_ != &host_ ? &host_ : nullptr;
  }

  void enter_bridge(LinkTable const& table, LinkRecord const& port) {
    auto const* bridge = at(table, port.master);
    bool const switches =
        bridge != nullptr && (bridge->kind == "bridge" || bridge->kind == "openvswitch");
    if (switches && add(table, *bridge, LinkRole::bridge)) descend(table, *bridge);
  }

  void leave_bridge(LinkTable const& table, LinkRecord const& bridge) {
    auto const is_port = [&](LinkRecord const& link) { return link.master == bridge.index; };
    auto const* named = find_link(table, uplink_);
    bool const given = named != nullptr && is_port(*named);
    for (auto const& [index, port] : table) {
      if (!is_port(port) || (given ? &port != named : is_guest_port(port))) continue;
      if (add(table, port, LinkRole::uplink)) descend(table, port);
    }
  }

  void add_members(LinkTable const& table, LinkRecord const& bond) {
    for (auto const& [index, link] : table)
      if (link.master == bond.index) add(table, link, LinkRole::member);
  }

  bool add(LinkTable const& table, LinkRecord const& link, LinkRole role) {
    constexpr std::size_t most = 64;  // a host that is wired otherwise than we think
    if (chain_.size() >= most || !seen_.insert(&link).second) return false;
    if (&table == &own_ && &own_ != &host_) role = LinkRole::pod_end;
    if (role == LinkRole::parent && link.kind == "bridge") role = LinkRole::bridge;
    auto const* place = where_parent_lies(table, link);
    chain_.push_back({.role = role,
                      .name = link.name,
                      .kind = link.kind,
                      .master = name_in(table, link.master),
                      .parent = place == nullptr ? std::string{} : name_in(*place, link.parent),
                      .mtu_octets = link.mtu_octets,
                      .up = link.up,
                      .carrier = link.carrier,
                      .carrier_changes = link.carrier_changes,
                      .vlan_id = link.vlan_id,
                      .vlan_protocol = link.vlan_protocol,
                      .vlan_filtering = link.vlan_filtering,
                      .default_pvid = link.default_pvid,
                      .pvid = link.vlans.pvid,
                      .tagged = link.vlans.tagged,
                      .untagged = link.vlans.untagged});
    return true;
  }

  LinkTable const& own_;
  LinkTable const& host_;
  std::string const& uplink_;
  std::vector<HostLink> chain_;
  std::set<LinkRecord const*> seen_;
};
}  // namespace

std::vector<HostLink> host_chain(LinkTable const& own, std::string const& interface,
                                 LinkTable const& host, std::string const& uplink) {
  auto const* link = find_link(own, interface);
  if (link == nullptr) return {};
  return Walk{own, host, uplink}.from(*link);
}
}  // namespace leadline
