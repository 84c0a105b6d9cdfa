#include "coordinator/excess.hpp"

#include "coordinator/poisson.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <random>

namespace leadline {
namespace {
std::vector<NodeName> mesh_of(int nodes) {
  return imagined_roster({{"east", nodes}, {"west", nodes}});
}

/// What a network that loses this share of the packets on each way lets a run see.
std::vector<PacketCount> drawn(std::vector<NodeName> const& roster, std::uint64_t packets,
                               std::uint32_t seed, std::function<double(NodePair)> const& loss) {
  std::mt19937_64 random{seed};
  std::vector<PacketCount> counts;
  for (auto const edge : choose_pairs(Mesh::cross, {}, roster, 0)) {
    auto const limit = static_cast<std::uint64_t>(loss(edge) * 1e9);
    PacketCount count{.edge = edge, .bad = 0, .of = packets};
    for (std::uint64_t i = 0; i < packets; ++i)
      if (random() % 1'000'000'000 < limit) ++count.bad;
    counts.push_back(count);
  }
  return counts;
}

std::string shown(std::vector<Excess> const& found) {
  std::vector<std::string> names;
  std::ranges::transform(found, std::back_inserter(names),
                         [](Excess const& excess) { return excess.from + " -> " + excess.to; });
  std::ranges::sort(names);
  std::string text;
  for (auto const& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

constexpr double accepted = 0.001;

TEST(Poisson, KnowsTheTables) {
  EXPECT_NEAR(chance_of_at_least(1, 1), 1 - std::exp(-1), 1e-12);
  EXPECT_NEAR(chance_of_at_least(6, 1.2), 0.001500, 1e-6);
  EXPECT_NEAR(chance_of_at_most(0, 10), std::exp(-10), 1e-15);
  EXPECT_NEAR(chance_of_at_most(5, 10), 0.067086, 1e-6);
  EXPECT_NEAR(chance_of_at_most(10, 2), 0.9999917, 1e-7);
  EXPECT_NEAR(chance_of_at_least(1'000'000, 1'000'000), 0.5, 1e-3);
  EXPECT_LT(chance_of_at_least(1'010'000, 1'000'000), 1e-20);
  EXPECT_EQ(chance_of_at_least(0, 5), 1);
  EXPECT_EQ(chance_of_at_least(1, 0), 0);
  EXPECT_EQ(chance_of_at_most(0, 0), 1);
}

RC_GTEST_PROP(PoissonProperty, BothTailsMakeOne, ()) {
  auto const count = *rc::gen::inRange<std::uint64_t>(1, 2000);
  auto const mean = *rc::gen::inRange(1, 20000) / 10.0;
  auto const sum = chance_of_at_least(count, mean) + chance_of_at_most(count - 1, mean);
  RC_ASSERT(std::abs(sum - 1) < 1e-9);
}

struct Row {
  char const* name;
  int nodes;  ///< of each cluster
  std::uint64_t packets;
  std::function<double(NodePair)> loss;
  std::string found;
};

/// Node 1 is east/n2; the west's begin at `nodes`.
std::vector<Row> rows() {
  auto const everywhere = [](double share) { return [=](NodePair) { return share; }; };
  constexpr auto both = "east -> west, west -> east";
  return {
      {"nothing", 6, 1200, everywhere(0), ""},
      {"half of what is accepted", 6, 1200, everywhere(0.0005), ""},
      {"half of what is accepted, many pairs", 30, 1200, everywhere(0.0005), ""},
      {"what is accepted", 10, 1200, everywhere(0.001), ""},
      {"three times that", 6, 1200, everywhere(0.003), both},
      {"a quick look", 3, 400, everywhere(0.015), both},
      {"plainly", 3, 1200, everywhere(0.05), both},
      {"one direction", 3, 1200, [](NodePair e) { return e.source < 3 ? 0.05 : 0; },
       "east -> west"},
      {"into one node", 3, 1200, [](NodePair e) { return e.target == 1 ? 0.05 : 0; },
       "west -> east/n2"},
      {"into one node, a quick look", 6, 400, [](NodePair e) { return e.target == 1 ? 0.05 : 0; },
       "west -> east/n2"},
      {"one node both ways", 6, 1200,
       [](NodePair e) { return e.target == 1 || e.source == 1 ? 0.02 : 0; },
       "east/n2 -> west, west -> east/n2"},
      {"two of six nodes", 6, 1200,
       [](NodePair e) { return e.target == 1 || e.target == 2 ? 0.05 : 0; },
       "west -> east/n2, west -> east/n3"},
      {"one pair", 3, 1200, [](NodePair e) { return e == NodePair{1, 4} ? 0.05 : 0; },
       "east/n2 -> west/n2"},
      {"one node in a lossy direction", 6, 1200,
       [](NodePair e) {
         if (e.source > 5) return 0.0;
         return e.source == 1 ? 0.2 : 0.03;
       },
       "east -> west, east/n2 -> west"},
      {"one pair in a lossy direction", 6, 1200,
       [](NodePair e) {
         if (e.source > 5) return 0.0;
         return e == NodePair{1, 8} ? 0.2 : 0.002;
       },
       "east -> west, east/n2 -> west/n3"},
  };
}

TEST(Excess, IsFoundWhereItIsAndOnce) {
  for (auto const& row : rows()) {
    auto const roster = mesh_of(row.nodes);
    for (std::uint32_t seed = 1; seed <= 10; ++seed)
      EXPECT_EQ(shown(find_excess(drawn(roster, row.packets, seed, row.loss), roster, accepted)),
                row.found)
          << row.name << ", seed " << seed;
  }
}

TEST(Excess, HoldsWhatItsWaysCountTogether) {
  auto const roster = mesh_of(1);
  auto const found = find_excess({{{0, 1}, 60, 1200}, {{1, 0}, 0, 1200}}, roster, accepted);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].edges, (std::vector{NodePair{0, 1}}));
  EXPECT_EQ(found[0].together.bad, 60U);
  EXPECT_EQ(found[0].together.of, 1200U);
  EXPECT_DOUBLE_EQ(found[0].together.share(), 0.05);
}

TEST(Excess, NeedsMoreThanTwoPacketsEvenWhereNoneIsAccepted) {
  auto const roster = mesh_of(1);
  EXPECT_EQ(shown(find_excess({{{0, 1}, 2, 600}}, roster, 0)), "");
  EXPECT_EQ(shown(find_excess({{{0, 1}, 3, 600}}, roster, 0)), "east -> west");
}

TEST(Excess, IsNoneWhereNothingWasSent) {
  EXPECT_TRUE(find_excess({{{0, 1}, 0, 0}}, mesh_of(1), accepted).empty());
  EXPECT_TRUE(find_excess({}, mesh_of(1), accepted).empty());
}

RC_GTEST_PROP(ExcessProperty, TakesEachWayOnceWhateverTheOrder, ()) {
  auto const roster = mesh_of(*rc::gen::inRange(1, 6));
  std::vector<PacketCount> counts;
  for (auto const edge : choose_pairs(Mesh::full, {}, roster, 0))
    counts.push_back(
        {.edge = edge, .bad = *rc::gen::element<std::uint64_t>(0, 2, 9, 60), .of = 600});
  auto const found = find_excess(counts, roster, accepted);
  std::vector<NodePair> edges;
  for (auto const& excess : found) {
    RC_ASSERT(excess.together.share() > accepted);
    edges.insert(edges.end(), excess.edges.begin(), excess.edges.end());
  }
  std::ranges::sort(edges);
  RC_ASSERT(std::ranges::adjacent_find(edges) == edges.end());
  for (auto const& count : counts)  // 60 of 600 are beyond doubt
    RC_ASSERT(count.bad < 60 || std::ranges::binary_search(edges, count.edge));
  std::ranges::reverse(counts);
  RC_ASSERT(shown(find_excess(counts, roster, accepted)) == shown(found));
}
}  // namespace
}  // namespace leadline
