#include "probes/host_view.hpp"

#include "probes/host_vlans.hpp"
#include "probes/linux/ethtool.hpp"
#include "probes/linux/link_table.hpp"
#include "probes/linux/network_namespace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

namespace leadline {
namespace {
HostView::Result skipped(std::string reason) {
  return {.skipped = std::move(reason), .chain = {}};
}

/// The last link on the way down that lies in the pod: its parent lies elsewhere, or it has none.
LinkRecord const& lowest_in_pod(LinkTable const& own, LinkRecord const& interface) {
  auto const* link = &interface;
  for (std::size_t i = 0; i < own.size() && link->parent != 0 && !link->parent_namespace; ++i) {
    auto const below = own.find(link->parent);
    if (below == own.end()) break;
    link = &below->second;
  }
  return *link;
}

/// In the host's namespace, on a thread of its own.
std::vector<HostLink> walk_host(LinkTable const& own, HostView const& probe) {
  auto chain = host_chain(own, probe.interface, read_link_table(), probe.uplink);
  for (auto& link : chain)
    if (link.role != LinkRole::pod_end)
      link.speed_bits_per_second = link_speed_bits_per_second(link.name, link.kind);
  return chain;
}

HostView::Result look(HostView const& probe) {
  if (probe.host_netns.empty())
    return skipped("the agent was not given the host's network namespace (--host-netns)");
  auto const host = NetworkNamespace::open(probe.host_netns);
  if (!host) return skipped("--host-netns: " + describe(host.error()));
  auto const own = read_link_table();
  auto const* interface = find_link(own, probe.interface);
  if (interface == nullptr)
    return skipped(fmt::format("this node has no interface '{}'", probe.interface));
  HostView::Result result;
  if (host->is_own()) {
    result.chain = host_chain(own, probe.interface, own, probe.uplink);
    for (auto& link : result.chain)
      link.speed_bits_per_second = link_speed_bits_per_second(link.name, link.kind);
    return result;
  }
  auto const& lowest = lowest_in_pod(own, *interface);
  if (lowest.parent_namespace && lowest.parent_namespace != host->number())
    return skipped(fmt::format("the other end of {} does not lie in the namespace {}", lowest.name,
                               probe.host_netns));
  auto const seen = host->visit([&] { result.chain = walk_host(own, probe); });
  if (!seen) return skipped("--host-netns: " + describe(seen.error()));
  return result;
}

std::string names(std::vector<HostLink> const& chain) {
  std::vector<std::string_view> all;
  all.reserve(chain.size());
  for (auto const& link : chain) all.push_back(link.name);
  return fmt::format("{}", fmt::join(all, ", "));
}
}  // namespace

Async<HostView::Result> run(HostView probe) {
  // Reading takes milliseconds: as gather_facts, it is not worth leaving the loop for.
  try {
    co_return look(probe);
  } catch (std::system_error const& e) {  // no descriptors, no threads, no memory for netlink
    co_return skipped(fmt::format("the links of the host cannot be read: {}", e.what()));
  }
}

std::vector<HostLink const*> too_narrow(std::vector<HostLink> const& chain) {
  std::vector<HostLink const*> links;
  if (chain.empty()) return links;
  for (auto const& link : chain)
    if (link.kind != "bridge" && link.mtu_octets + vlan_tag_octets < chain.front().mtu_octets)
      links.push_back(&link);
  return links;
}

Assessment assess(HostView::Result const& result) {
  auto const& chain = result.chain;
  if (!result.skipped.empty()) return {.status = Status::skipped, .reason = result.skipped};
  if (chain.empty()) return {.status = Status::inconclusive, .reason = "the chain is empty"};
  auto const dead =
      std::ranges::find_if(chain, [](HostLink const& link) { return !link.up || !link.carrier; });
  if (dead != chain.end())
    return {.status = Status::warn,
            .reason = fmt::format("{} is {}{}", dead->name, dead->up ? "up" : "down",
                                  dead->carrier ? "" : " without carrier")};
  if (auto const narrow = too_narrow(chain); !narrow.empty())
    return {.status = Status::warn,
            .reason = fmt::format("{} takes packets of {} octets, {} only {}", chain.front().name,
                                  chain.front().mtu_octets, narrow.front()->name,
                                  narrow.front()->mtu_octets)};
  auto const passage = bridge_passage(chain);
  if (passage && passage->bridge->kind == "bridge" && passage->uplinks.empty())
    return {.status = Status::warn,
            .reason = fmt::format("bridge {} has no uplink that can be told from the ports of pods",
                                  passage->bridge->name)};
  if (passage && passage->bridge->vlan_filtering && passage->vlan() == 0)
    return {.status = Status::warn,
            .reason = fmt::format(
                "bridge {} drops what enters by {} {}", passage->bridge->name, passage->port->name,
                passage->tag == 0 ? "without a tag" : fmt::format("with tag {}", passage->tag))};
  return {.status = Status::ok, .reason = "seen: " + names(chain)};
}
}  // namespace leadline
