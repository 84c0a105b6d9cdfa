#include "coordinator/crossings.hpp"

#include "coordinator/symptoms.hpp"

#include <algorithm>
#include <variant>

namespace leadline {
namespace {
bool came_back(Reach::Result const& result) {
  auto const by_the_peer = [](Attempt const& attempt) {
    return attempt.outcome == Outcome::answered || attempt.outcome == Outcome::refused;
  };
  return by_the_peer(result.udp) || std::ranges::any_of(result.tcp, by_the_peer);
}
}  // namespace

Crossings::Crossings(Survey const& survey) : survey_{survey}, by_mac_{nodes_by_mac(survey)} {
  for (auto const& seen : survey.node_observations) {
    auto const* claims = seen.result ? std::get_if<AddressClaims::Result>(&*seen.result) : nullptr;
    if (claims == nullptr || !claims->skipped.empty() || claims->asked == 0) continue;
    auto& heard = askers_[seen.source];
    for (auto const& claim : claims->claims) heard.insert(claim.address);
  }
  std::set<NodePair> arrived;
  for (auto const& count : survey.arrivals)
    if (count.udp_requests > 0) arrived.insert({.source = count.from, .target = count.at});
  each_result<Reach>(survey, [&](Observation const& seen, Reach::Result const& result) {
    reach_known_ = true;
    auto const edge = edge_of(seen);
    if (!came_back(result) && !arrived.contains(edge) && !found_by_arp(edge, result)) return;
    ways_.insert(edge);
    ways_.insert(reverse(edge));
  });
}

bool Crossings::found_by_arp(NodePair edge, Reach::Result const& result) const {
  if (!result.route.gateway.empty()) return false;
  auto const owner = by_mac_.find(result.next_hop_mac);
  return owner != by_mac_.end() && owner->second.contains(edge.target) && !asked_in_vain(edge) &&
         !asked_in_vain(reverse(edge));
}

/// Those of the source's cluster that asked for the target by ARP in this run got no answer: the
/// kernel knows its MAC address from before the VLAN was lost.
bool Crossings::asked_in_vain(NodePair edge) const {
  auto const& [source, target] = edge;
  auto const& cluster = survey_.nodes.at(source).name.cluster;
  bool asked = false;
  for (auto const& [asker, heard] : askers_) {
    if (asker == target || survey_.nodes.at(asker).name.cluster != cluster) continue;
    auto const answered = [&](std::string const& address) { return heard.contains(address); };
    if (std::ranges::any_of(survey_.nodes.at(target).addresses, answered)) return false;
    asked = true;
  }
  return asked;
}
}  // namespace leadline
