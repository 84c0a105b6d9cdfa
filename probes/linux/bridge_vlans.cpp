#include "probes/linux/bridge_vlans.hpp"

#include "probes/linux/link_dump.hpp"

#include <cstring>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <sys/socket.h>

namespace leadline {
namespace {
constexpr int highest_vlan_id = 4094;

void add(std::vector<VlanRange>& ranges, VlanRange range) {
  if (!ranges.empty() && ranges.back().last + 1 == range.first)
    ranges.back().last = range.last;
  else
    ranges.push_back(range);
}

/// A network card that switches by itself answers too, beside the bridge that it is a port of.
bool speaks_for_itself(nlattr const* attribute) {
  return nla_type(attribute) == IFLA_BRIDGE_FLAGS &&
         nla_len(attribute) >= static_cast<int>(sizeof(std::uint16_t)) &&
         (nla_get_u16(attribute) & BRIDGE_FLAGS_SELF) != 0;
}
}  // namespace

PortVlans port_vlans(std::span<bridge_vlan_info const> entries) {
  PortVlans vlans;
  int begin = 0;
  for (auto const& [flags, vid] : entries) {
    if (vid < 1 || vid > highest_vlan_id) continue;
    if ((flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) != 0) {
      begin = vid;
      continue;
    }
    bool const ends = (flags & BRIDGE_VLAN_INFO_RANGE_END) != 0 && begin > 0 && begin <= vid;
    VlanRange const range{.first = ends ? begin : vid, .last = vid};
    begin = 0;
    if ((flags & BRIDGE_VLAN_INFO_PVID) != 0) vlans.pvid = vid;
    add((flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0 ? vlans.untagged : vlans.tagged, range);
  }
  return vlans;
}

std::map<int, PortVlans> read_bridge_vlans() {
  std::map<int, PortVlans> all;
  dump_links(AF_BRIDGE, RTEXT_FILTER_BRVLAN_COMPRESSED, [&](LinkMessage const& link) {
    auto* const details = link.attributes.at(IFLA_AF_SPEC);
    if (details == nullptr) return;
    std::vector<bridge_vlan_info> entries;
    nlattr* attribute = nullptr;
    int left = 0;
    nla_for_each_nested(attribute, details, left) {
      if (speaks_for_itself(attribute)) return;
      if (nla_type(attribute) != IFLA_BRIDGE_VLAN_INFO) continue;
      bridge_vlan_info entry{};
      if (nla_len(attribute) < static_cast<int>(sizeof entry)) continue;
      std::memcpy(&entry, nla_data(attribute), sizeof entry);
      entries.push_back(entry);
    }
    all[link.index] = port_vlans(entries);
  });
  return all;
}
}  // namespace leadline
