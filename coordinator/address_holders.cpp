#include "coordinator/address_holders.hpp"

#include <algorithm>

namespace leadline {
namespace {
NodesByName nodes_by_address(Survey const& survey) {
  NodesByName nodes;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    for (auto const& address : survey.nodes[i].addresses)
      nodes[address].insert(static_cast<NodeIndex>(i));
  return nodes;
}

template <class Set>
std::vector<NodeIndex> list(Set const& set) {
  return {set.begin(), set.end()};
}

bool among(std::vector<NodeIndex> const& owners, AddressHolder const& holder) {
  return std::ranges::any_of(holder.nodes,
                             [&](NodeIndex node) { return std::ranges::count(owners, node) != 0; });
}
}  // namespace

NodesByName nodes_by_mac(Survey const& survey) {
  NodesByName nodes;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    if (auto const& facts = survey.nodes[i].facts) {
      if (!facts->interface.mac.empty())
        nodes[facts->interface.mac].insert(static_cast<NodeIndex>(i));
      for (auto const& mac : facts->macs) nodes[mac].insert(static_cast<NodeIndex>(i));
    }
  for (auto const& seen : survey.node_observations) {
    auto const* result =
        seen.result ? std::get_if<BroadcastDomain::Result>(&*seen.result) : nullptr;
    if (result == nullptr) continue;
    for (auto const& heard : result->heard)
      if (!heard.rewritten_mac.empty() && heard.sender < survey.nodes.size())
        nodes[heard.rewritten_mac].insert(heard.sender);
  }
  return nodes;
}

bool HeldAddress::duplicate() const {
  std::vector<AddressHolder const*> real;
  for (auto const& holder : holders)
    if (!holder.proxy) real.push_back(&holder);
  auto const foreign = [&](AddressHolder const* holder) { return !among(owners, *holder); };
  if (std::ranges::any_of(real, foreign)) return true;
  // Several MAC addresses of one node are no two holders.
  auto const holds_all = [&](NodeIndex owner) {
    return std::ranges::all_of(real, [&](AddressHolder const* holder) {
      return std::ranges::count(holder->nodes, owner) != 0;
    });
  };
  return !real.empty() && std::ranges::none_of(owners, holds_all);
}

std::vector<HeldAddress> find_holders(Survey const& survey) {
  auto const by_mac = nodes_by_mac(survey);
  auto const by_address = nodes_by_address(survey);
  std::map<std::string, std::set<std::string>> claims;  // address -> MACs
  for (auto const& seen : survey.node_observations)
    if (auto const* result =
            seen.result ? std::get_if<AddressClaims::Result>(&*seen.result) : nullptr)
      for (auto const& claim : result->claims)
        if (by_address.contains(claim.address)) claims[claim.address].insert(claim.mac);
  std::vector<HeldAddress> held;
  std::map<std::string, int> foreign;  // MAC -> addresses of others that it claims
  for (auto const& [address, macs] : claims) {
    auto& entry = held.emplace_back();
    entry.address = address;
    entry.owners = list(by_address.at(address));
    for (auto const& mac : macs) {
      auto const known = by_mac.find(mac);
      entry.holders.push_back(
          {.mac = mac,
           .nodes = known == by_mac.end() ? std::vector<NodeIndex>{} : list(known->second)});
      if (!among(entry.owners, entry.holders.back())) ++foreign[mac];
    }
  }
  for (auto& entry : held)
    for (auto& holder : entry.holders)
      holder.proxy = !among(entry.owners, holder) && foreign[holder.mac] > 1;
  return held;
}
}  // namespace leadline
