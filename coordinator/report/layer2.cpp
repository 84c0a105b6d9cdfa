#include "coordinator/report/layer2.hpp"

#include "coordinator/address_holders.hpp"
#include "coordinator/broadcast_domains.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace leadline {
namespace {
using nlohmann::json;

constexpr std::size_t most_names = 12;  // more of one set help nobody on a screen

std::vector<std::string> names_of(Survey const& survey, std::vector<NodeIndex> const& nodes) {
  std::vector<std::string> names;
  names.reserve(nodes.size());
  for (auto const node : nodes) names.push_back(format(survey.nodes.at(node).name));
  return names;
}

std::string shortened(std::vector<std::string> names) {
  auto const all = names.size();
  if (all > most_names) names.resize(most_names);
  auto text = fmt::format("{}", fmt::join(names, " "));
  return all > most_names ? text + fmt::format(" and {} more", all - most_names) : text;
}

json port_of(Survey const& survey, PortView const& port, std::size_t node) {
  return {{"node", survey.nodes.at(node).name},
          {"took_part", port.unseen.empty()},
          {"reason", port.unseen},
          {"kind", format(port.kind)},
          {"vlan_id", port.vlan ? json(*port.vlan) : json{}},
          {"tagged_vlan_ids", port.tagged},
          {"accepted_tagged_vlan_ids", port.takes_tagged}};
}

json address_of(Survey const& survey, HeldAddress const& held) {
  auto holders = json::array();
  for (auto const& holder : held.holders)
    holders.push_back(
        {{"mac", holder.mac}, {"nodes", names_of(survey, holder.nodes)}, {"proxy", holder.proxy}});
  return {{"address", held.address},
          {"owners", names_of(survey, held.owners)},
          {"holders", std::move(holders)},
          {"duplicate", held.duplicate()}};
}

std::string domains_line(Survey const& survey, BroadcastDomains const& domains) {
  auto const& sets = domains.sets;
  if (sets.empty()) return "no node could look: broadcast domains are unknown";
  if (sets.size() == 1)
    return fmt::format("one broadcast domain: {}", shortened(names_of(survey, sets.front())));
  std::vector<std::string> parts;
  parts.reserve(sets.size());
  for (auto const& set : sets) parts.push_back(shortened(names_of(survey, set)));
  if (parts.size() > most_names) {
    parts.resize(most_names);
    parts.emplace_back("...");
  }
  return fmt::format("{} broadcast domains: {}", sets.size(), fmt::join(parts, " | "));
}

/// "VLAN 100: east/n1 east/n2", "no part: east/n3: <why>", nodes that are alike together.
void add_ports(Survey const& survey, BroadcastDomains const& domains,
               std::vector<std::string>& lines) {
  std::map<VlanId, std::vector<NodeIndex>> by_vlan;
  std::map<std::string, std::vector<NodeIndex>> by_reason;
  for (std::size_t i = 0; i < domains.ports.size(); ++i) {
    auto const& port = domains.ports[i];
    auto const node = static_cast<NodeIndex>(i);
    if (!port.unseen.empty()) by_reason[port.unseen].push_back(node);
    if (port.vlan) by_vlan[*port.vlan].push_back(node);
  }
  for (auto const& [vlan, nodes] : by_vlan)
    lines.push_back(fmt::format("in VLAN {}: {}", vlan, shortened(names_of(survey, nodes))));
  for (auto const& [reason, nodes] : by_reason)
    lines.push_back(
        fmt::format("not looked at: {}: {}", shortened(names_of(survey, nodes)), reason));
}

/// What lies below the nodes' interfaces, as far as agents may look there.
void add_hosts(Survey const& survey, std::vector<std::string>& lines) {
  std::map<std::string, std::vector<NodeIndex>> by_reason;
  std::vector<NodeIndex> looked_at;
  for (auto const& seen : survey.node_observations) {
    if (seen.probe != HostView::name || seen.source >= survey.nodes.size()) continue;
    if (seen.status == Status::ok || seen.status == Status::warn)
      looked_at.push_back(seen.source);
    else
      by_reason[seen.reason].push_back(seen.source);
  }
  std::ranges::sort(looked_at);
  if (!looked_at.empty())
    lines.push_back(fmt::format("hosts looked at down to the wire: {}",
                                shortened(names_of(survey, looked_at))));
  for (auto& [reason, nodes] : by_reason) {
    std::ranges::sort(nodes);  // they came as the agents answered
    lines.push_back(
        fmt::format("hosts not looked at: {}: {}", shortened(names_of(survey, nodes)), reason));
  }
}

void add_addresses(std::vector<HeldAddress> const& held, std::vector<std::string>& lines) {
  if (held.empty()) return;
  std::vector<std::string> twice;
  bool proxy = false;
  for (auto const& entry : held) {
    if (entry.duplicate()) twice.push_back(entry.address);
    proxy = proxy || std::ranges::any_of(entry.holders, &AddressHolder::proxy);
  }
  lines.push_back(twice.empty() ? fmt::format("addresses: {} answered, each from one holder{}",
                                              held.size(), proxy ? ", beside proxy ARP" : "")
                                : fmt::format("addresses: {} answered; in use twice: {}",
                                              held.size(), shortened(twice)));
}
}  // namespace

json layer2_of(Survey const& survey) {
  auto const domains = find_domains(survey);
  auto sets = json::array();
  for (auto const& set : domains.sets) sets.push_back(names_of(survey, set));
  auto ports = json::array();
  for (std::size_t i = 0; i < domains.ports.size(); ++i)
    ports.push_back(port_of(survey, domains.ports[i], i));
  auto addresses = json::array();
  for (auto const& held : find_holders(survey)) addresses.push_back(address_of(survey, held));
  return {{"domains", std::move(sets)},
          {"ports", std::move(ports)},
          {"addresses", std::move(addresses)}};
}

std::vector<std::string> layer2_lines(Survey const& survey) {
  if (survey.nodes.empty() || std::ranges::count(survey.plan.stages, Stage::layer2) == 0) return {};
  auto const domains = find_domains(survey);
  std::vector<std::string> lines{domains_line(survey, domains)};
  add_ports(survey, domains, lines);
  add_addresses(find_holders(survey), lines);
  add_hosts(survey, lines);
  return lines;
}
}  // namespace leadline
