#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"
#include "probes/host_vlans.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace leadline {
namespace {
/// One node's chain, and where to put what is wrong with it.
struct Host {
  Survey const& survey;
  NodeIndex node{};
  std::vector<HostLink> const& chain;
  Symptoms& symptoms;

  [[nodiscard]] std::string name() const { return name_of(survey, node); }

  void saw(std::string_view code, Severity severity, std::string const& what,
           std::string command = {}) const {
    symptoms.on_edge(code, {.source = node, .target = node}, name() + ": " + what, severity);
    symptoms.found.back().command = std::move(command);
  }
};

std::string_view words(LinkRole role) {
  switch (role) {
    case LinkRole::parent:
      return "parent";
    case LinkRole::pod_end:
      return "pod's link";
    case LinkRole::host_end:
      return "host end";
    case LinkRole::bridge:
      return "bridge";
    case LinkRole::uplink:
      return "uplink";
    case LinkRole::member:
      return "member";
  }
  return "link";
}

std::string shown(HostLink const& link) {
  return fmt::format("{} {}{}", words(link.role), link.name,
                     link.master.empty() ? "" : " of " + link.master);
}

/// A bridge's own port is spoken to by "self".
std::string add_command(std::string const& vlan, HostLink const& port) {
  return fmt::format("bridge vlan add vid {} dev {}{}", vlan, port.name,
                     port.kind == "bridge" ? " self" : "");
}

std::string add_commands(std::vector<VlanRange> const& ranges, HostLink const& port) {
  std::vector<std::string> commands;
  commands.reserve(ranges.size());
  for (auto const& range : ranges) commands.push_back(add_command(list_vlans({range}), port));
  return fmt::format("{}", fmt::join(commands, " && "));
}

/// Where one uplink carries the VLAN, another that does not may well lead elsewhere.
void read_used_vlan(Host const& host, BridgePassage const& passage, int vlan) {
  auto const lacks = [vlan](HostLink const* uplink) { return !carries(*uplink, vlan); };
  bool const all = std::ranges::all_of(passage.uplinks, lacks);
  for (auto const* uplink : passage.uplinks) {
    if (!lacks(uplink)) continue;
    host.saw(
        "VLAN_UPLINK_MISSING", all ? Severity::error : Severity::info,
        fmt::format("{} is in VLAN {} of bridge {}, uplink {} carries VLAN {}", passage.port->name,
                    vlan, passage.bridge->name, uplink->name, list_vlans(all_vlans(*uplink))),
        add_command(std::to_string(vlan), *uplink));
  }
}

/// VLANs that the pod may use by tagging, beside the one that migrations use.
void read_trunk(Host const& host, BridgePassage const& passage, int used) {
  for (auto const* uplink : passage.uplinks) {
    auto missing = not_carried(*passage.port, *uplink);
    std::erase(missing, VlanRange{.first = used, .last = used});
    if (missing.empty()) continue;
    host.saw("VLAN_UPLINK_MISSING", Severity::warning,
             fmt::format("{} trunks VLAN {} of bridge {}, uplink {} does not", passage.port->name,
                         list_vlans(missing), passage.bridge->name, uplink->name),
             add_commands(missing, *uplink));
  }
}

/// The pod's own port drops what comes out of it: the bridge filters, and nothing says into which
/// VLAN these frames go.
void read_dropped(Host const& host, BridgePassage const& passage) {
  auto const& port = *passage.port;
  if (passage.tag != 0) {
    host.saw("VLAN_PORT_MISSING", Severity::error,
             fmt::format("packets bear tag {}, port {} of bridge {} carries VLAN {}", passage.tag,
                         port.name, passage.bridge->name, list_vlans(all_vlans(port))),
             add_command(std::to_string(passage.tag), port));
    return;
  }
  auto const vlan = host.survey.plan.vlan;
  host.saw("VLAN_PORT_MISSING", Severity::error,
           fmt::format("packets bear no tag, port {} of bridge {} has no PVID and carries VLAN {}",
                       port.name, passage.bridge->name, list_vlans(all_vlans(port))),
           vlan ? add_command(std::to_string(*vlan), port) + " pvid untagged" : std::string{});
}

void read_vlans(Host const& host) {
  auto const passage = bridge_passage(host.chain);
  if (!passage) return;
  if (!passage->bridge->vlan_filtering) {
    if (passage->port_asks_for_vlan())
      host.saw(
          "VLAN_FILTERING_OFF", Severity::error,
          fmt::format("{} is set up for VLAN {}, bridge {} does not filter", passage->port->name,
                      list_vlans(all_vlans(*passage->port)), passage->bridge->name),
          fmt::format("ip link set dev {} type bridge vlan_filtering 1", passage->bridge->name));
    return;
  }
  if (passage->vlan() == 0)
    read_dropped(host, *passage);
  else
    read_used_vlan(host, *passage, passage->vlan());
  // The bridge as its own port carries the VLANs of others too, and a tag above says which is ours.
  if (passage->port->role == LinkRole::host_end && passage->tag == 0)
    read_trunk(host, *passage, passage->vlan());
}

/// The largest packet that another node's interface is set up for: nobody negotiates more.
std::uint32_t largest_elsewhere(Host const& host) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < host.survey.nodes.size(); ++i)
    if (auto const& facts = host.survey.nodes[i].facts; facts && i != host.node)
      largest = std::max(largest, facts->interface.mtu_octets);
  return largest;
}

void read_mtu(Host const& host) {
  for (auto const* link : too_narrow(host.chain)) {
    bool const matters = largest_elsewhere(host) > link->mtu_octets + vlan_tag_octets;
    host.saw("MTU_CHAIN", matters ? Severity::error : Severity::warning,
             fmt::format("{} takes packets of {} octets, {} only {}", host.chain.front().name,
                         host.chain.front().mtu_octets, shown(*link), link->mtu_octets));
  }
}

bool works(HostLink const& link) {
  return link.up && link.carrier;
}

/// Of several uplinks, or members of a bond, one may be down while another carries on.
bool is_backed(Host const& host, HostLink const& link) {
  if (link.role == LinkRole::host_end || link.kind == "bridge") return false;
  return std::ranges::any_of(host.chain, [&](HostLink const& other) {
    bool const sibling = link.role == LinkRole::member && other.role == LinkRole::member &&
                         other.master == link.master;
    return (sibling || other.role == LinkRole::uplink) && works(other);
  });
}

/// What the agent tells of the migration interface itself is read with its facts.
void read_condition(Host const& host, HostLink const& link) {
  if (link.role == LinkRole::pod_end) return;
  auto const& thresholds = host.survey.plan.thresholds;
  if (!works(link))
    host.saw("LINK_DOWN", is_backed(host, link) ? Severity::warning : Severity::error,
             fmt::format("{} is {}{}", shown(link), link.up ? "up" : "down",
                         link.carrier ? "" : " without carrier"));
  bool const towards_wire = link.role != LinkRole::host_end && link.kind != "bridge";
  if (!towards_wire) return;
  if (link.carrier_changes > thresholds.max_carrier_changes)
    host.saw("LINK_FLAPPING", Severity::warning,
             fmt::format("{} carrier changes on {} (at most {} accepted)", link.carrier_changes,
                         shown(link), thresholds.max_carrier_changes));
  // A bond's members may be slower than all of them together.
  auto const speed = static_cast<double>(link.speed_bits_per_second);
  if (link.role != LinkRole::member && speed > 0 &&
      speed < thresholds.expected_link_speed.per_second)
    host.saw("LINK_SLOW", Severity::warning,
             fmt::format("{} runs at {}, {} expected", shown(link), format(BitRate{speed}),
                         format(thresholds.expected_link_speed)));
}
}  // namespace

void read_host_view(Survey const& survey, Symptoms& symptoms) {
  for (auto const& seen : survey.node_observations) {
    if (!seen.result || !conclusive(seen.status)) continue;
    auto const* result = std::get_if<HostView::Result>(&*seen.result);
    if (result == nullptr || result->chain.empty()) continue;
    Host const host{
        .survey = survey, .node = seen.source, .chain = result->chain, .symptoms = symptoms};
    read_vlans(host);
    read_mtu(host);
    for (auto const& link : result->chain) read_condition(host, link);
  }
}
}  // namespace leadline
