#include "probes/path_mtu_search.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

namespace leadline {
namespace {

constexpr std::uint32_t sentinel_v4 = 124;
constexpr std::uint32_t sentinel_v6 = 144;

/// A path that carries packets up to `mtu` octets, loses some by chance, and may say so by ICMP.
struct SimulatedPath {
  std::uint32_t mtu{};
  double loss{};  ///< of a round trip
  bool signals{};
  std::uint32_t interface_mtu{65535};
  std::mt19937 random{1};  // NOLINT(*-msc51-cpp): a test must repeat itself

  PathMtuSearch::Outcome carry(PathMtuSearch::Round const& round, std::uint32_t sentinel) {
    PathMtuSearch::Outcome outcome;
    outcome.confirmed.insert(sentinel);  // it is sent until it is answered
    std::bernoulli_distribution lost{loss};
    for (int copy = 0; copy < round.copies; ++copy)
      for (auto const size : round.sizes) {
        if (size > interface_mtu)
          outcome.too_big_here.insert(size);
        else if (lost(random))
          continue;
        else if (size <= mtu)
          outcome.confirmed.insert(size);
        else if (signals)
          outcome.signalled.insert(mtu);
      }
    return outcome;
  }
};

PathMtuSearch searched(Family family, std::uint32_t ceiling, SimulatedPath path) {
  auto const sentinel = family == Family::ipv4 ? sentinel_v4 : sentinel_v6;
  PathMtuSearch search{family, sentinel, ceiling};
  for (auto round = search.next(); !round.sizes.empty(); round = search.next())
    search.learn(round, path.carry(round, sentinel));
  return search;
}

struct Case {
  Family family{};
  std::uint32_t ceiling{};
  std::uint32_t mtu{};
};

Case any_case() {
  Case c;
  c.family = *rc::gen::element(Family::ipv4, Family::ipv6);
  auto const ceilings =
      rc::gen::oneOf(rc::gen::element(1500U, 9000U, 65535U), rc::gen::inRange(1280U, 65536U));
  c.ceiling = *ceilings;
  c.mtu = *rc::gen::inRange(c.family == Family::ipv4 ? sentinel_v4 : sentinel_v6, c.ceiling + 1);
  return c;
}

void expect_exact(PathMtuSearch const& search, Case const& c) {
  RC_ASSERT(search.largest_confirmed() == c.mtu);
  RC_ASSERT(search.smallest_lost() == (c.mtu == c.ceiling ? 0 : c.mtu + 1));
}

RC_GTEST_PROP(PathMtuSearch, FindsAnyThresholdUnderAnyCeilingInSixRounds, ()) {
  auto const c = any_case();
  auto const search = searched(c.family, c.ceiling, {.mtu = c.mtu});
  expect_exact(search, c);
  RC_ASSERT(search.rounds() <= 6);
}

RC_GTEST_PROP(PathMtuSearch, FindsItDespiteTenPercentLoss, ()) {
  auto const c = any_case();
  auto const loss = *rc::gen::inRange(0, 11);
  auto const seed = *rc::gen::arbitrary<std::uint32_t>();
  auto const search = searched(c.family, c.ceiling,
                               {.mtu = c.mtu, .loss = loss / 100.0, .random = std::mt19937{seed}});
  expect_exact(search, c);
  RC_ASSERT(search.rounds() <= 16);
}

RC_GTEST_PROP(PathMtuSearch, NeedsThreeRoundsWhereARouterNamesTheMtu, ()) {
  auto const c = any_case();
  auto const search = searched(c.family, c.ceiling, {.mtu = c.mtu, .signals = true});
  expect_exact(search, c);
  RC_ASSERT(search.rounds() <= 3);
}

RC_GTEST_PROP(PathMtuSearch, StopsAtWhatTheOwnKernelRefuses, ()) {
  auto const own = *rc::gen::inRange(1280U, 9001U);
  auto const search = searched(Family::ipv4, 9000, {.mtu = 9000, .interface_mtu = own});
  RC_ASSERT(search.largest_confirmed() == own);
  RC_ASSERT(search.ceiling() == own);
  RC_ASSERT(search.smallest_lost() == 0U);
}

TEST(PathMtuSearch, IsDoneInOneRoundOnAHealthyPath) {
  for (auto const mtu : {1500U, 9000U}) {
    auto const search = searched(Family::ipv4, mtu, {.mtu = mtu});
    EXPECT_EQ(search.rounds(), 1);
    EXPECT_EQ(search.largest_confirmed(), mtu);
  }
}

TEST(PathMtuSearch, FindsSizesSeenInTheWildInThreeRounds) {
  for (auto const mtu : {1376U, 1400U, 1422U, 1450U, 1472U, 1492U, 1500U, 8850U, 8942U, 8950U}) {
    auto const search = searched(Family::ipv4, 9000, {.mtu = mtu});
    EXPECT_LE(search.rounds(), 4) << mtu;
    EXPECT_EQ(search.largest_confirmed(), mtu);
  }
}

TEST(PathMtuSearch, SendsTheLargestFirstAndNothingAboveTheCeiling) {
  auto const round = PathMtuSearch{Family::ipv6, sentinel_v6, 1500}.next();
  EXPECT_EQ(round.sizes.front(), 1500U);
  EXPECT_EQ(round.sizes.back(), 1280U);
  EXPECT_TRUE(std::ranges::is_sorted(round.sizes, std::greater{}));
}

TEST(PathMtuSearch, EndsWhenNothingIsConfirmed) {
  PathMtuSearch search{Family::ipv4, sentinel_v4, 9000};
  search.learn(search.next(), {});
  EXPECT_TRUE(search.next().sizes.empty());
  EXPECT_EQ(search.largest_confirmed(), 0U);
  EXPECT_EQ(search.smallest_lost(), 576U);
}

TEST(PathMtuSearch, IgnoresARouterThatLies) {
  PathMtuSearch search{Family::ipv4, sentinel_v4, 9000};
  SimulatedPath path{.mtu = 4321};
  for (auto round = search.next(); !round.sizes.empty(); round = search.next()) {
    auto outcome = path.carry(round, sentinel_v4);
    outcome.signalled = {68, 5000, 4000, 65535};
    search.learn(round, outcome);
  }
  EXPECT_EQ(search.largest_confirmed(), 4321U);
  EXPECT_LE(search.rounds(), 8);
}

TEST(PathMtuSearch, TakesLateNewsOfAnEarlierRound) {
  PathMtuSearch search{Family::ipv4, sentinel_v4, 9000};
  search.learn(search.next(), {.confirmed = {576, 1500}});
  EXPECT_EQ(search.smallest_lost(), 1504U);
  search.learn(search.next(), {.confirmed = {9000}});
  EXPECT_TRUE(search.next().sizes.empty());
  EXPECT_EQ(search.smallest_lost(), 0U);
}
}  // namespace
}  // namespace leadline
