#include "coordinator/layer2_probes.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace leadline {
namespace {
constexpr int askers_a_cluster =
    2;  // one may be the duplicate itself, which does not answer itself

bool asks(Survey const& survey, NodeIndex node) {
  auto const& self = survey.nodes.at(node);
  auto const before = std::ranges::count_if(
      survey.nodes.begin(), survey.nodes.begin() + node, [&](NodeRecord const& other) {
        return other.name.cluster == self.name.cluster && !other.addresses.empty();
      });
  return !self.addresses.empty() && before < askers_a_cluster;
}

std::vector<std::uint16_t> vlans_to_try(Plan const& plan) {
  std::set<std::uint16_t> vlans{plan.candidate_vlans.begin(), plan.candidate_vlans.end()};
  if (plan.vlan) vlans.insert(*plan.vlan);
  return {vlans.begin(), vlans.end()};
}
}  // namespace

std::vector<AnyProbe> layer2_probes(Survey const& survey, NodeIndex node) {
  std::vector<AnyProbe> probes;
  BroadcastDomain beacons;
  beacons.vlan_ids = vlans_to_try(survey.plan);
  probes.emplace_back(std::move(beacons));
  HostView host;
  host.uplink = survey.plan.uplink;
  probes.emplace_back(std::move(host));
  if (!asks(survey, node)) return probes;
  std::set<std::string> addresses;
  for (auto const& other : survey.nodes)
    addresses.insert(other.addresses.begin(), other.addresses.end());
  AddressClaims claims;
  claims.addresses.assign(addresses.begin(), addresses.end());
  probes.emplace_back(std::move(claims));
  return probes;
}
}  // namespace leadline
