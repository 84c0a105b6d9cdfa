#include "coordinator/blame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace leadline {
namespace {
std::vector<NodeName> roster_of(int east, int west) {
  return imagined_roster({{"east", east}, {"west", west}});
}

std::vector<NodePair> chosen(std::vector<NodePair> const& pairs, auto choose) {
  std::vector<NodePair> failing;
  std::ranges::copy_if(pairs, std::back_inserter(failing), choose);
  return failing;
}

RC_GTEST_PROP(BlameProperty, OneFaultyNodeIsNamedAlone, ()) {
  auto const roster = roster_of(*rc::gen::inRange(2, 9), *rc::gen::inRange(2, 9));
  auto const pairs = choose_pairs(Mesh::cross, {}, roster, 0);
  auto const bad = *rc::gen::inRange<std::size_t>(0, roster.size());
  auto const direction =
      *rc::gen::element(Direction::both, Direction::inbound, Direction::outbound);
  auto const causes =
      blame(chosen(pairs,
                   [&](NodePair pair) {
                     return (pair.target == bad && direction != Direction::outbound) ||
                            (pair.source == bad && direction != Direction::inbound);
                   }),
            pairs, roster);
  RC_ASSERT(causes.size() == 1U);
  RC_ASSERT(causes[0].scope.kind == Scope::Kind::node);
  RC_ASSERT(causes[0].scope.source == format(roster[bad]));
  RC_ASSERT(causes[0].direction == direction);
}

RC_GTEST_PROP(BlameProperty, OneFaultyClusterPairIsNamedAlone, ()) {
  auto const roster = roster_of(*rc::gen::inRange(2, 9), *rc::gen::inRange(2, 9));
  auto const pairs = choose_pairs(*rc::gen::element(Mesh::cross, Mesh::full), {}, roster, 0);
  bool const both = *rc::gen::arbitrary<bool>();
  auto const causes = blame(chosen(pairs,
                                   [&](NodePair pair) {
                                     auto const& from = roster[pair.source].cluster;
                                     auto const& to = roster[pair.target].cluster;
                                     return from != to && (both || from == "west");
                                   }),
                            pairs, roster);
  RC_ASSERT(causes.size() == 1U);
  RC_ASSERT(causes[0].scope.kind == Scope::Kind::cluster_pair);
  RC_ASSERT(causes[0].scope.source == (both ? "east" : "west"));
  RC_ASSERT(causes[0].direction == (both ? Direction::both : Direction::forward));
}

RC_GTEST_PROP(BlameProperty, TwoFaultyNodesAreBothNamed, ()) {
  auto const roster = roster_of(*rc::gen::inRange(3, 9), *rc::gen::inRange(3, 9));
  auto const pairs = choose_pairs(Mesh::cross, {}, roster, 0);
  auto const a = *rc::gen::inRange<std::size_t>(0, roster.size());
  auto const b = *rc::gen::distinctFrom(rc::gen::inRange<std::size_t>(0, roster.size()), a);
  auto const causes = blame(chosen(pairs,
                                   [&](NodePair pair) {
                                     return pair.source == a || pair.target == a ||
                                            pair.source == b || pair.target == b;
                                   }),
                            pairs, roster);
  RC_ASSERT(causes.size() == 2U);
  std::set<std::string> names;
  for (auto const& cause : causes) names.insert(cause.scope.source);
  RC_ASSERT(names == (std::set{format(roster[a]), format(roster[b])}));
}

RC_GTEST_PROP(BlameProperty, ExplainsEveryFailureOnceWhateverTheOrder, ()) {
  auto const roster = roster_of(*rc::gen::inRange(1, 6), *rc::gen::inRange(1, 6));
  auto pairs = choose_pairs(Mesh::full, {}, roster, 0);
  auto const picks =
      *rc::gen::container<std::vector<bool>>(pairs.size(), rc::gen::arbitrary<bool>());
  std::vector<NodePair> failing;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (picks[i]) failing.push_back(pairs[i]);
  auto const causes = blame(failing, pairs, roster);
  std::vector<NodePair> explained;
  for (auto const& cause : causes)
    explained.insert(explained.end(), cause.explains.begin(), cause.explains.end());
  std::ranges::sort(explained);
  RC_ASSERT(explained == failing);
  std::ranges::reverse(pairs);
  std::ranges::reverse(failing);
  auto const again = blame(failing, pairs, roster);
  RC_ASSERT(again.size() == causes.size());
  for (std::size_t i = 0; i < causes.size(); ++i) {
    RC_ASSERT(again[i].scope == causes[i].scope);
    RC_ASSERT(again[i].explains == causes[i].explains);
  }
}

TEST(Blame, OnePairIsAPairAndNotItsNodes) {
  auto const roster = roster_of(3, 3);
  auto const pairs = choose_pairs(Mesh::cross, {}, roster, 0);
  auto const causes = blame({{0, 4}, {4, 0}}, pairs, roster);
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(format(causes[0].scope), "pair east/n1 -> west/n2");
  EXPECT_EQ(causes[0].direction, Direction::both);
}

TEST(Blame, AWorkingPairAcquitsTheNode) {
  auto const roster = roster_of(1, 3);
  auto const causes = blame({{0, 1}, {0, 2}}, {{0, 3}}, roster);
  EXPECT_EQ(causes.size(), 2U);
}

TEST(Blame, ToleranceAllowsAGoodWayAmongMany) {
  auto const roster = roster_of(1, 6);
  std::vector<NodePair> const failing{{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}};
  EXPECT_EQ(blame(failing, {{0, 6}}, roster).size(), 5U);
  EXPECT_EQ(blame(failing, {{0, 6}}, roster, 0.2).size(), 1U);
}

TEST(Blame, AllOfOneClusterIsTheCluster) {
  auto const roster = roster_of(4, 4);
  auto const pairs = choose_pairs(Mesh::within, {}, roster, 0);
  auto const causes =
      blame(chosen(pairs, [](NodePair pair) { return pair.source < 4; }), pairs, roster);
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(format(causes[0].scope), "cluster east");
}

/// "clusters east -> west both: 12" and so on, sorted.
std::vector<std::string> shown(std::vector<Cause> const& causes) {
  std::vector<std::string> lines;
  lines.reserve(causes.size());
  for (auto const& cause : causes)
    lines.push_back(format(cause.scope) + " " + std::string{format(cause.direction)} + ": " +
                    std::to_string(cause.explains.size()));
  std::ranges::sort(lines);
  return lines;
}

/// All ways fail; what is set apart by these magnitudes?
std::vector<std::string> set_apart(int nodes, auto magnitude, double factor = 1.5) {
  auto const roster = roster_of(nodes, nodes);
  auto causes = blame(choose_pairs(Mesh::cross, {}, roster, 0), {}, roster);
  std::vector<double> magnitudes;
  for (auto const edge : causes.at(0).explains) magnitudes.push_back(magnitude(edge));
  return shown(set_worse_apart(std::move(causes[0]), magnitudes, roster, factor));
}

auto touching(NodeIndex node, double worse, double other) {
  return [=](NodePair e) { return e.source == node || e.target == node ? worse : other; };
}

using Lines = std::vector<std::string>;

TEST(WorseApart, ANodeInsideAWiderFaultIsNamedBesideIt) {
  EXPECT_EQ(set_apart(3, touching(1, 0.2, 0.03)),
            (Lines{"clusters east -> west both: 12", "node east/n2 both: 6"}));
  EXPECT_EQ(set_apart(3, [](NodePair e) { return e.target == 1 ? 9.0 : 1.0; }),
            (Lines{"clusters east -> west both: 15", "node east/n2 inbound: 3"}));
}

TEST(WorseApart, TwoNodesAreNamedEach) {
  EXPECT_EQ(
      set_apart(4,
                [](NodePair e) {
                  auto const at = [e](NodeIndex n) { return e.source == n || e.target == n; };
                  if (at(1)) return 5.0;
                  return at(2) ? 25.0 : 1.0;
                }),
      (Lines{"clusters east -> west both: 16", "node east/n2 both: 8", "node east/n3 both: 8"}));
}

TEST(WorseApart, ADirectionLeavesTheOther) {
  EXPECT_EQ(set_apart(3, [](NodePair e) { return e.source < 3 ? 1.0 : 6.0; }),
            (Lines{"clusters east -> west forward: 9", "clusters west -> east forward: 9"}));
}

TEST(WorseApart, IsNothingWithoutAMarkedDifference) {
  EXPECT_EQ(set_apart(3, touching(1, 1.4, 1)), (Lines{"clusters east -> west both: 18"}));
  EXPECT_EQ(set_apart(3, touching(1, 1.4, 1), 1.000001).size(), 2U);
}

TEST(WorseApart, IsNothingWhereSingleWaysAreWorse) {
  EXPECT_EQ(set_apart(3, [](NodePair e) { return e == NodePair{1, 4} ? 9.0 : 1.0; }),
            (Lines{"clusters east -> west both: 18"}));
}

TEST(WorseApart, IsNothingWhereNoMagnitudeIsKnown) {
  EXPECT_EQ(set_apart(3, touching(1, 5, 0)), (Lines{"clusters east -> west both: 18"}));
}

TEST(WorseApart, IsNothingWhereANodeIsWorseOnMostOfItsWaysOnly) {
  EXPECT_EQ(set_apart(4,
                      [](NodePair e) {
                        if (e.target == 4 || e.source == 4) return 1.0;
                        return e.target == 1 || e.source == 1 ? 9.0 : 1.0;
                      })
                .size(),
            1U);
}

RC_GTEST_PROP(WorseApartProperty, TakesNoWayTwiceAndLosesNone, ()) {
  auto const roster = roster_of(*rc::gen::inRange(2, 5), *rc::gen::inRange(2, 5));
  auto const pairs = choose_pairs(Mesh::cross, {}, roster, 0);
  auto causes = blame(pairs, {}, roster);
  RC_ASSERT(causes.size() == 1U);
  std::vector<double> magnitudes;
  magnitudes.reserve(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i)
    magnitudes.push_back(*rc::gen::element(0.0, 1.0, 2.0, 9.0));
  std::vector<NodePair> explained;
  for (auto const& cause : set_worse_apart(std::move(causes[0]), magnitudes, roster, 1.5))
    explained.insert(explained.end(), cause.explains.begin(), cause.explains.end());
  std::ranges::sort(explained);
  RC_ASSERT(explained == pairs);
}

TEST(Blame, TwoMeasuredPairsOfASampleThatFailAreTheirNode) {
  auto const roster = roster_of(5, 5);
  // Of a sample: west/n1 (5) with east/n1 and east/n2, each of which has another peer.
  std::vector<NodePair> const measured{{0, 5}, {5, 0}, {1, 5}, {5, 1},
                                       {0, 6}, {6, 0}, {1, 7}, {7, 1}};
  EXPECT_EQ(shown(blame({{0, 5}, {1, 5}}, measured, roster)), (Lines{"node west/n1 inbound: 2"}));
  EXPECT_EQ(shown(blame({{0, 5}, {5, 0}, {1, 5}, {5, 1}}, measured, roster)),
            (Lines{"node west/n1 both: 4"}));
}
}  // namespace
}  // namespace leadline
