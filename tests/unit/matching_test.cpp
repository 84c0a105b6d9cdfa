#include "coordinator/matching.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace leadline {
namespace {
std::size_t nodes_of(std::vector<NodePair> const& pairs) {
  std::set<NodeIndex> nodes;
  for (auto const pair : pairs) nodes.insert({pair.source, pair.target});
  return nodes.size();
}

TEST(Matching, TakesEveryNodeOfTheSmallerClusterOnce) {
  auto const roster = imagined_roster({{"east", 5}, {"west", 3}});
  auto const chosen = disjoint_pairs(choose_pairs(Mesh::cross, {}, roster, 0));
  EXPECT_EQ(chosen.size(), 3);
  EXPECT_EQ(nodes_of(chosen), 6);
}

TEST(Matching, OfNothingIsNothing) {
  EXPECT_TRUE(disjoint_pairs({}).empty());
}

RC_GTEST_PROP(Matching, NeverSharesANodeAndLeavesNoFreePairOut, ()) {
  auto const east = *rc::gen::inRange(1, 8);
  auto const west = *rc::gen::inRange(1, 8);
  auto const roster = imagined_roster({{"east", east}, {"west", west}});
  auto const mesh = *rc::gen::element(Mesh::cross, Mesh::within, Mesh::full);
  auto const pairs = choose_pairs(mesh, {PairChoice::Kind::ring}, roster, 1);
  auto const chosen = disjoint_pairs(pairs);
  RC_ASSERT(nodes_of(chosen) == 2 * chosen.size());
  for (auto const pair : pairs) {
    auto with = chosen;
    with.push_back(pair);
    RC_ASSERT(nodes_of(with) < 2 * with.size());
  }
}
}  // namespace
}  // namespace leadline
