#include "coordinator/pairs.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace leadline {
namespace {
using Kind = PairChoice::Kind;

TEST(Pairs, CrossPairsTheClustersInBothDirections) {
  auto const pairs = choose_pairs(Mesh::cross, {}, imagined_roster({{"east", 2}, {"west", 1}}), 0);
  EXPECT_EQ(pairs, (std::vector<NodePair>{{0, 2}, {1, 2}, {2, 0}, {2, 1}}));
}

TEST(Pairs, CountsOfTheMeshes) {
  std::map<std::string, int> const sizes{{"east", 3}, {"west", 4}};
  EXPECT_EQ(count_pairs(Mesh::cross, {}, sizes), 24U);
  EXPECT_EQ(count_pairs(Mesh::within, {}, sizes), 18U);
  EXPECT_EQ(count_pairs(Mesh::full, {}, sizes), 42U);
  EXPECT_EQ(count_pairs(Mesh::cross, {.kind = Kind::ring}, sizes), 8U);
  EXPECT_EQ(count_pairs(Mesh::within, {.kind = Kind::ring}, sizes), 14U);
  EXPECT_EQ(count_pairs(Mesh::cross, {.kind = Kind::sample, .sample_size = 10}, sizes), 10U);
  EXPECT_EQ(count_pairs(Mesh::cross, {.kind = Kind::sample, .sample_size = 99}, sizes), 24U);
  EXPECT_EQ(count_pairs(Mesh::within, {}, {{"east", 1}}), 0U);
}

TEST(Pairs, SampleDependsOnTheSeedAlone) {
  auto const roster = imagined_roster({{"east", 9}, {"west", 9}});
  PairChoice const choice{.kind = Kind::sample, .sample_size = 30};
  auto const once = choose_pairs(Mesh::cross, choice, roster, seed_of("run-1"));
  EXPECT_EQ(once, choose_pairs(Mesh::cross, choice, roster, seed_of("run-1")));
  EXPECT_NE(once, choose_pairs(Mesh::cross, choice, roster, seed_of("run-2")));
}

RC_GTEST_PROP(PairsProperty, EveryNodeWithAPeerIsSourceAndTarget, ()) {
  auto const mesh = *rc::gen::element(Mesh::cross, Mesh::within, Mesh::full);
  PairChoice const choice{.kind = *rc::gen::element(Kind::all, Kind::ring, Kind::sample),
                          .sample_size = *rc::gen::inRange<std::size_t>(1, 60)};
  std::map<std::string, int> sizes{{"a", *rc::gen::inRange(1, 8)}, {"b", *rc::gen::inRange(1, 8)}};
  if (*rc::gen::arbitrary<bool>()) sizes["c"] = *rc::gen::inRange(1, 8);
  auto const roster = imagined_roster(sizes);
  auto const pairs = choose_pairs(mesh, choice, roster, *rc::gen::arbitrary<std::uint64_t>());
  RC_ASSERT(std::ranges::is_sorted(pairs));
  RC_ASSERT(std::ranges::adjacent_find(pairs) == pairs.end());
  std::set<NodeIndex> sources;
  for (auto const [source, target] : pairs) {
    sources.insert(source);
    bool const same_cluster = roster[source].cluster == roster[target].cluster;
    RC_ASSERT(source != target);
    RC_ASSERT(mesh == Mesh::full || same_cluster == (mesh == Mesh::within));
    RC_ASSERT(std::ranges::binary_search(pairs, NodePair{target, source}));
  }
  for (std::size_t i = 0; i < roster.size(); ++i)
    if (mesh != Mesh::within || sizes[roster[i].cluster] > 1)
      RC_ASSERT(sources.contains(static_cast<NodeIndex>(i)));
  if (choice.kind == Kind::sample)
    RC_ASSERT(pairs.size() >= std::min(choice.sample_size, count_pairs(mesh, {}, sizes)));
}
}  // namespace
}  // namespace leadline
