#include "probes/host_vlans.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace leadline {
namespace {
bool contain(std::vector<VlanRange> const& ranges, int vlan) {
  return std::ranges::any_of(
      ranges, [vlan](VlanRange const& range) { return range.first <= vlan && vlan <= range.last; });
}
}  // namespace

int BridgePassage::vlan() const {
  if (tag == 0) return port->pvid;
  return carries(*port, tag) ? tag : 0;
}

bool BridgePassage::port_asks_for_vlan() const {
  return (port->pvid != 0 && port->pvid != bridge->default_pvid) || !port->tagged.empty();
}

std::optional<BridgePassage> bridge_passage(std::vector<HostLink> const& chain) {
  auto const bridge = std::ranges::find_if(chain, [](HostLink const& link) {
    return link.role == LinkRole::bridge || link.kind == "bridge";
  });
  if (bridge == chain.end()) return std::nullopt;
  BridgePassage passage;
  passage.bridge = passage.port = &*bridge;
  for (auto above = chain.begin(); above != bridge; ++above) {
    if (above->role == LinkRole::host_end) passage.port = &*above;
    if (above->kind == "vlan") passage.tag = above->vlan_id;
  }
  for (auto const& link : chain)
    if (link.role == LinkRole::uplink && link.master == bridge->name)
      passage.uplinks.push_back(&link);
  return passage;
}

std::optional<int> vlan_on_the_wire(std::vector<HostLink> const& chain) {
  if (chain.empty()) return std::nullopt;
  auto const last = chain.back().role;
  if (last == LinkRole::pod_end || last == LinkRole::host_end) return std::nullopt;
  int tag = 0;
  auto onward = chain.begin();
  if (auto const passage = bridge_passage(chain)) {
    if (passage->uplinks.size() != 1) return std::nullopt;
    auto const& uplink = *passage->uplinks.front();
    tag = passage->tag;
    if (passage->bridge->vlan_filtering) {
      tag = passage->vlan();
      if (tag == 0 || !carries(uplink, tag)) return std::nullopt;
      if (contain(uplink.untagged, tag)) tag = 0;
    }
    onward += &uplink - chain.data();
  }
  for (; onward != chain.end(); ++onward)
    if (onward->kind == "vlan") tag = onward->vlan_id;
  return tag;
}

bool carries(HostLink const& port, int vlan) {
  return contain(port.tagged, vlan) || contain(port.untagged, vlan);
}

std::vector<VlanRange> not_carried(HostLink const& port, HostLink const& uplink) {
  std::vector<VlanRange> missing;
  constexpr int highest = 4094;  // whatever the ranges say: they come from another machine
  for (auto const& [first, last] : port.tagged)
    for (int vlan = std::max(first, 1); vlan <= std::min(last, highest); ++vlan) {
      if (carries(uplink, vlan)) continue;
      if (!missing.empty() && missing.back().last + 1 == vlan)
        missing.back().last = vlan;
      else
        missing.push_back({.first = vlan, .last = vlan});
    }
  return missing;
}

std::string list_vlans(std::vector<VlanRange> const& ranges) {
  if (ranges.empty()) return "none";
  std::vector<std::string> words;
  words.reserve(ranges.size());
  for (auto const& [first, last] : ranges)
    words.push_back(first == last ? std::to_string(first) : fmt::format("{}-{}", first, last));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::vector<VlanRange> all_vlans(HostLink const& port) {
  auto ranges = port.tagged;
  ranges.insert(ranges.end(), port.untagged.begin(), port.untagged.end());
  std::ranges::sort(ranges);
  return ranges;
}
}  // namespace leadline
