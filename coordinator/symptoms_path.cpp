#include "coordinator/symptoms_path.hpp"

#include "coordinator/way_of.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace leadline {
namespace {
/// How many routers a packet has passed: systems start with a TTL of 64, 128 or 255.
int hops_gone(int ttl) {
  if (ttl <= 64) return 64 - ttl;
  return (ttl <= 128 ? 128 : 255) - ttl;
}

/// "[fd00::1]:40000" -> "fd00::1".
std::string address_in(std::string const& endpoint) {
  auto address = endpoint.substr(0, endpoint.rfind(':'));
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  return address;
}
}  // namespace

PathReader::PathReader(Survey const& survey) : survey_{survey}, by_mac_{nodes_by_mac(survey)} {}

void PathReader::read(Observation const& seen, Reach::Result const& result,
                      Symptoms& symptoms) const {
  symptoms.saw(Layer::note, edge_of(seen));
  read_routers(seen, result, symptoms);
  read_next_hop(seen, result, symptoms);
  read_source(seen, result, symptoms);
  constexpr int dscp = 0xfc;
  if (result.tos_seen >= 0 && (result.tos_sent & dscp) != (result.tos_seen & dscp))
    symptoms.on_edge("PATH_DSCP_BLEACHED", edge_of(seen),
                     fmt::format("{}: sent with TOS {:#04x}, arrived with {:#04x}",
                                 way_of(survey_, seen), result.tos_sent, result.tos_seen));
}

void PathReader::read_routers(Observation const& seen, Reach::Result const& result,
                              Symptoms& symptoms) const {
  auto const edge = edge_of(seen);
  auto const hops = result.ttl_seen > 0 ? hops_gone(result.ttl_seen) : 0;
  auto const hops_back = result.ttl_received > 0 ? hops_gone(result.ttl_received) : hops;
  if (hops > 0)
    symptoms.on_edge("PATH_ROUTED", edge,
                     fmt::format("{}: TTL {} at the peer, {} hops{}", way_of(survey_, seen),
                                 result.ttl_seen, hops, trace_of(result)));
  if (result.ttl_seen > 0 && hops != hops_back)
    symptoms.on_edge(
        "PATH_ASYMMETRIC", edge,
        fmt::format("{}: {} hops there, {} back", way_of(survey_, seen), hops, hops_back));
}

/// Between two nodes of one link frames go to the peer's own MAC address.
void PathReader::read_next_hop(Observation const& seen, Reach::Result const& result,
                               Symptoms& symptoms) const {
  auto const& peer = survey_.nodes[seen.target].facts;
  if (!result.route.gateway.empty() || result.next_hop_mac.empty() || !peer ||
      peer->interface.mac.empty())
    return;
  auto const holder = by_mac_.find(result.next_hop_mac);
  if (holder != by_mac_.end() && holder->second.contains(seen.target)) return;
  bool const routed = result.ttl_seen > 0 && hops_gone(result.ttl_seen) > 0;
  std::string_view whose = routed ? "a router's (proxy ARP)" : "unknown here";
  std::string other;
  if (holder != by_mac_.end()) {
    other = "that of " + name_of(survey_, *holder->second.begin());
    whose = other;
  }
  auto const edge = edge_of(seen);
  symptoms.on_edge("PATH_FOREIGN_MAC", edge,
                   fmt::format("{}: {} is on link, its frames go to {}, {}; the peer's own is {}",
                               way_of(survey_, seen), result.target, result.next_hop_mac, whose,
                               peer->interface.mac));
}

void PathReader::read_source(Observation const& seen, Reach::Result const& result,
                             Symptoms& symptoms) const {
  auto const& own = survey_.nodes[seen.source].addresses;
  if (own.empty()) return;
  auto const translated = [&](Attempt const& attempt) {
    auto const source = address_in(attempt.source_seen);
    return attempt.outcome == Outcome::answered && !source.empty() &&
           std::ranges::count(own, source) == 0;
  };
  bool const by_udp = translated(result.udp);
  auto const by_tcp = std::ranges::find_if(result.tcp, translated);
  if (!by_udp && by_tcp == result.tcp.end()) return;
  auto const& attempt = by_udp ? result.udp : *by_tcp;
  symptoms.on_edge(
      "PATH_NAT", edge_of(seen),
      fmt::format("{}: the peer saw {}{}, not {}", way_of(survey_, seen), attempt.source_seen,
                  by_udp ? "" : " by TCP", fmt::join(own, " or ")));
}

std::string trace_of(Reach::Result const& result) {
  if (result.hops.empty()) return {};
  std::vector<std::string> hops;
  hops.reserve(result.hops.size());
  for (auto const& hop : result.hops) hops.push_back(hop.address.empty() ? "*" : hop.address);
  return fmt::format("; trace: {}", fmt::join(hops, " "));
}
}  // namespace leadline
