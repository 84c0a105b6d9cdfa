#include "coordinator/schedule.hpp"

#include "coordinator/cost.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

namespace leadline {
namespace {
using End = Schedule::End;
using namespace std::chrono_literals;

std::vector<BulkKind> const four_kinds{{"tcp", 1}, {"tcp", 8}, {"tls", 1}, {"tls", 8}};
Schedule::Time const start{};

std::vector<NodePair> cross(int east, int west) {
  return choose_pairs(Mesh::cross, {}, imagined_roster({{"east", east}, {"west", west}}), 0);
}

/// Runs every test that can start, as agents would, and ends one at a time in the order given.
struct Play {
  Schedule schedule;
  std::vector<BulkTest> running;
  std::map<BulkTest, int> started;
  Schedule::Time now{start};
  bool overlapped{};

  void start_all() {
    while (auto const test = schedule.next(now)) {
      for (auto const& other : running)
        for (auto const node : {other.pair.source, other.pair.target})
          overlapped = overlapped || node == test->pair.source || node == test->pair.target;
      running.push_back(*test);
      ++started[*test];
    }
  }

  void end(std::size_t position, End end) {
    auto const test = running[position % running.size()];
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(position % running.size()));
    schedule.finish(test, end, now);
  }
};

TEST(Schedule, KeepsAllNodesBusyFromTheStart) {
  Play play{.schedule = {cross(5, 5), four_kinds, 10}};
  play.start_all();
  EXPECT_EQ(play.running.size(), 5U);
}

TEST(Schedule, BusyTestsComeTwiceAgainAndAfterAPause) {
  Play play{.schedule = {{{0, 1}}, {{"tcp", 1}}, 2}};
  for (int round = 1; round <= 3; ++round) {
    play.start_all();
    ASSERT_EQ(play.running.size(), 1U);
    play.end(0, End::busy);
    play.start_all();
    EXPECT_TRUE(play.running.empty());
    EXPECT_EQ(play.schedule.wake_at(play.now).has_value(), round < 3);
    play.now += Schedule::retry_pause;
  }
  EXPECT_TRUE(play.schedule.finished());
}

TEST(Schedule, ADueTestWhoseNodeIsBusyGivesNoReasonToLookAgain) {
  Play play{.schedule = {cross(1, 2), {{"tcp", 1}}, 3}};
  play.start_all();
  play.end(0, End::busy);
  play.start_all();  // the node's other test
  ASSERT_EQ(play.running.size(), 1U);
  EXPECT_EQ(play.schedule.wake_at(play.now), play.now + Schedule::retry_pause);
  play.now += Schedule::retry_pause;
  play.start_all();
  ASSERT_EQ(play.running.size(), 1U);
  EXPECT_FALSE(play.schedule.wake_at(play.now)) << "it would be looked at again at once, for ever";
  play.end(0, End::measured);
  play.start_all();
  EXPECT_EQ(play.running.size(), 1U);
}

TEST(Schedule, ThreeFailuresWithDifferentPartnersSetANodeAside) {
  Play play{.schedule = {cross(1, 5), {{"tcp", 1}}, 6}};
  for (int i = 0; i < 3; ++i) {
    play.start_all();
    play.end(0, End::failed);
  }
  play.start_all();
  EXPECT_TRUE(play.schedule.finished());
  EXPECT_EQ(play.schedule.nodes_set_aside(), std::vector<NodeIndex>{0});
  EXPECT_EQ(play.schedule.abandoned().size(), 7U);
}

TEST(Schedule, FailuresWithOnePartnerSetNobodyAside) {
  Play play{.schedule = {{{0, 1}}, four_kinds, 2}};
  for (int i = 0; i < 4; ++i) {
    play.start_all();
    play.end(0, End::failed);
  }
  EXPECT_TRUE(play.schedule.nodes_set_aside().empty());
  EXPECT_TRUE(play.schedule.finished());
}

RC_GTEST_PROP(ScheduleProperty, LosesNothingAndNeverSharesANode, ()) {
  auto const pairs = cross(*rc::gen::inRange(1, 6), *rc::gen::inRange(1, 6));
  std::size_t nodes = 0;
  for (auto const pair : pairs) nodes = std::max<std::size_t>(nodes, pair.target + 1U);
  Play play{.schedule = {pairs, four_kinds, nodes}};
  std::size_t settled = 0;
  std::set<BulkTest> ended;
  while (!play.schedule.finished()) {
    play.start_all();
    if (play.running.empty()) {
      RC_ASSERT(play.schedule.wake_at(play.now).has_value());
      play.now = *play.schedule.wake_at(play.now);
      continue;
    }
    auto const position = *rc::gen::inRange<std::size_t>(0, 100) % play.running.size();
    auto const test = play.running[position];
    auto const end = *rc::gen::weightedElement<End>(
        {{8, End::measured}, {1, End::busy}, {1, End::timed_out}, {1, End::failed}});
    play.running.erase(play.running.begin() + static_cast<std::ptrdiff_t>(position));
    auto const abandoned = play.schedule.abandoned().size();
    auto const fate = play.schedule.finish(test, end, play.now);
    bool const given_up = std::ranges::count(play.schedule.abandoned(), test) > 0 &&
                          play.schedule.abandoned().size() > abandoned;
    if (fate == Schedule::Fate::settled && !given_up) {
      ++settled;
      RC_ASSERT(ended.insert(test).second);
    }
    RC_ASSERT(!play.overlapped);
  }
  RC_ASSERT(settled + play.schedule.abandoned().size() == pairs.size() * four_kinds.size());
  for (auto const& [test, times] : play.started) RC_ASSERT(times <= 1 + Schedule::retries);
}

TEST(Schedule, NeedsHardlyMoreRoundsThanTheIdeal) {
  Play play{.schedule = {cross(20, 20), {{"tcp", 1}}, 40}};
  std::size_t rounds = 0;
  while (!play.schedule.finished()) {
    play.start_all();
    ++rounds;
    while (!play.running.empty()) play.end(0, End::measured);
  }
  EXPECT_LE(rounds, 44U);  // ideal: 40
}

TEST(Cost, IsReckonedFromThePlan) {
  Plan plan;
  plan.streams = {1, 8};
  plan.transports = {"tcp"};
  plan.bandwidth_duration = 1s;
  auto const cost = estimate_cost(plan, {{"east", 3}, {"west", 3}}, BitRate{8e9});
  EXPECT_EQ(cost.pairs, 18U);
  EXPECT_EQ(cost.bulk_tests, 36U);
  EXPECT_EQ(cost.at_most, Bytes{36'000'000'000});
  EXPECT_GE(cost.duration, 12s);  // 6 rounds of 2 kinds
  EXPECT_LE(cost.duration, 30s);
}

TEST(Cost, CountsTheSaturationRound) {
  Plan plan;
  plan.streams = {1};
  plan.transports = {"tcp"};
  plan.bandwidth_duration = 10s;
  auto const of = [&plan](int nodes) {
    return estimate_cost(plan, {{"east", nodes}, {"west", nodes}}, BitRate{8e9});
  };
  auto const without = of(20);
  plan.saturate = true;
  auto const with = of(20);
  EXPECT_EQ(with.saturation_tests, 16U + 20U);
  EXPECT_EQ(with.bulk_tests, without.bulk_tests + 16 + 20);
  EXPECT_EQ(with.at_most.count, without.at_most.count + std::uint64_t{36} * 10'000'000'000);
  EXPECT_GE(with.duration, without.duration + 170s);
  EXPECT_EQ(of(1).saturation_tests, 0U) << "of one pair nothing is saturated";
}

TEST(Cost, ObeysTheLimitsOfThePlan) {
  Plan plan;
  plan.max_bytes = Bytes{1000};
  EXPECT_EQ(estimate_cost(plan, {{"east", 1}, {"west", 1}}, BitRate{10e9}).at_most, Bytes{8000});
  EXPECT_LE(estimate_cost(plan, {{"east", 1}, {"west", 1}}, BitRate{10e9}).duration, 12s);
  // What a fast network carries in an instant takes a slow one the whole of a test.
  plan.max_bytes = Bytes{200'000'000};
  plan.thresholds.min_bandwidth = BitRate{8e8};
  plan.bandwidth_duration = 1s;
  auto const slow = estimate_cost(plan, {{"east", 50}, {"west", 50}}, BitRate{10e9}).duration;
  plan.thresholds.min_bandwidth = BitRate{8e9};
  auto const fast = estimate_cost(plan, {{"east", 50}, {"west", 50}}, BitRate{10e9}).duration;
  EXPECT_GE(slow, 400s);
  EXPECT_LE(fast, slow / 2);
  plan.max_bytes = Bytes{1000};
  plan.bidirectional = true;  // the limit is that of a direction
  EXPECT_EQ(estimate_cost(plan, {{"east", 1}, {"west", 1}}, BitRate{10e9}).at_most, Bytes{16000});
  plan.stages = {Stage::facts, Stage::reach};
  EXPECT_EQ(estimate_cost(plan, {{"east", 1}, {"west", 1}}, BitRate{10e9}).at_most, Bytes{0});
}
}  // namespace
}  // namespace leadline
