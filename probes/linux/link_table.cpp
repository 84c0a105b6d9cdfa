#include "probes/linux/link_table.hpp"

#include "probes/linux/link_dump.hpp"

#include <algorithm>
#include <array>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <sys/socket.h>

namespace leadline {
namespace {
std::uint32_t number(nlattr const* attribute) {
  if (attribute == nullptr) return 0;
  switch (nla_len(attribute)) {
    case 1:
      return nla_get_u8(attribute);
    case 2:
      return nla_get_u16(attribute);
    case 4:
      return nla_get_u32(attribute);
    default:
      return 0;
  }
}

std::string text(nlattr const* attribute) {
  if (attribute == nullptr) return {};
  std::string const octets{static_cast<char const*>(nla_data(attribute)),
                           static_cast<std::size_t>(nla_len(attribute))};
  return octets.substr(0, octets.find('\0'));
}

template <std::size_t N>
void parse_nested(std::array<nlattr*, N>& attributes, nlattr* from) {
  if (from != nullptr) nla_parse_nested(attributes.data(), static_cast<int>(N) - 1, from, nullptr);
}

void describe_kind(nlattr* link_info, LinkRecord& link) {
  std::array<nlattr*, IFLA_INFO_MAX + 1> info{};
  parse_nested(info, link_info);
  link.kind = text(info.at(IFLA_INFO_KIND));
  auto* const details = info.at(IFLA_INFO_DATA);
  if (link.kind == "vlan") {
    std::array<nlattr*, IFLA_VLAN_MAX + 1> vlan{};
    parse_nested(vlan, details);
    link.vlan_id = static_cast<int>(number(vlan.at(IFLA_VLAN_ID)));
    auto const protocol = ntohs(static_cast<std::uint16_t>(number(vlan.at(IFLA_VLAN_PROTOCOL))));
    link.vlan_protocol = protocol == ETH_P_8021AD ? "802.1ad" : "802.1Q";
  } else if (link.kind == "bridge") {
    std::array<nlattr*, IFLA_BR_MAX + 1> bridge{};
    parse_nested(bridge, details);
    link.vlan_filtering = number(bridge.at(IFLA_BR_VLAN_FILTERING)) != 0;
    link.default_pvid = static_cast<int>(number(bridge.at(IFLA_BR_VLAN_DEFAULT_PVID)));
  }
}

LinkRecord describe(LinkMessage const& message) {
  auto const at = [&](std::size_t attribute) { return message.attributes.at(attribute); };
  LinkRecord link;
  link.index = message.index;
  link.name = text(at(IFLA_IFNAME));
  link.master = static_cast<int>(number(at(IFLA_MASTER)));
  link.parent = static_cast<int>(number(at(IFLA_LINK)));
  if (auto const* nsid = at(IFLA_LINK_NETNSID))
    link.parent_namespace = static_cast<int>(number(nsid));
  link.mtu_octets = number(at(IFLA_MTU));
  link.up = (message.flags & IFF_UP) != 0;
  link.carrier = number(at(IFLA_CARRIER)) != 0;
  link.carrier_changes = number(at(IFLA_CARRIER_CHANGES));
  describe_kind(at(IFLA_LINKINFO), link);
  return link;
}
}  // namespace

LinkTable read_link_table() {
  LinkTable table;
  dump_links(AF_UNSPEC, RTEXT_FILTER_SKIP_STATS,
             [&](LinkMessage const& message) { table[message.index] = describe(message); });
  for (auto& [index, vlans] : read_bridge_vlans())
    if (auto const found = table.find(index); found != table.end())
      found->second.vlans = std::move(vlans);
  return table;
}

LinkRecord const* find_link(LinkTable const& table, std::string const& name) {
  auto const found = std::ranges::find(table, name, [](auto const& at) { return at.second.name; });
  return found == table.end() ? nullptr : &found->second;
}
}  // namespace leadline
