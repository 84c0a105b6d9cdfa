#include "coordinator/address_holders.hpp"
#include "coordinator/symptoms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace leadline {
namespace {
std::string text_of(Survey const& survey, AddressHolder const& holder) {
  std::vector<std::string> names;
  names.reserve(holder.nodes.size());
  for (auto const node : holder.nodes) names.push_back(name_of(survey, node));
  return fmt::format(
      "{} ({})", holder.mac,
      names.empty() ? "no node of this run" : fmt::format("{}", fmt::join(names, ", ")));
}
}  // namespace

/// What ARP and neighbour discovery say; addresses that two nodes told are read with the links.
void read_claims(Survey const& survey, Symptoms& symptoms) {
  for (auto const& held : find_holders(survey)) {
    if (!held.duplicate()) continue;
    std::vector<std::string> claimants;
    std::set<NodeIndex> affected{held.owners.begin(), held.owners.end()};
    for (auto const& holder : held.holders) {
      if (holder.proxy) continue;
      claimants.push_back(text_of(survey, holder));
      affected.insert(holder.nodes.begin(), holder.nodes.end());
    }
    std::vector<std::string> owners;
    owners.reserve(held.owners.size());
    for (auto const node : held.owners) owners.push_back(name_of(survey, node));
    for (auto const node : affected)
      symptoms.on_node("ADDR_DUPLICATE", node,
                       fmt::format("{}, the address of {}, is claimed by {}", held.address,
                                   fmt::join(owners, " and "), fmt::join(claimants, " and ")));
  }
}
}  // namespace leadline
