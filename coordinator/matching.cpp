#include "coordinator/matching.hpp"

#include <set>

namespace leadline {

std::vector<NodePair> disjoint_pairs(std::vector<NodePair> const& pairs) {
  std::set<NodeIndex> taken;
  std::vector<NodePair> chosen;
  for (auto const pair : pairs) {
    if (taken.contains(pair.source) || taken.contains(pair.target)) continue;
    taken.insert({pair.source, pair.target});
    chosen.push_back(pair);
  }
  return chosen;
}
}  // namespace leadline
