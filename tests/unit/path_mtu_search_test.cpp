#include "probes/path_mtu_search.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <random>

namespace leadline {
namespace {

constexpr std::uint32_t sentinel_v4 = 124;
constexpr std::uint32_t sentinel_v6 = 144;
constexpr std::size_t unlimited = ~std::size_t{0};

/// A path that carries packets up to `mtu` octets, loses some by chance or where a burst overflows
/// its queue, and may say so by ICMP.
struct SimulatedPath {
  std::uint32_t mtu{};
  double loss{};  ///< of a round trip
  bool signals{};
  std::uint32_t interface_mtu{65535};
  std::size_t queue{unlimited};        ///< octets of a burst that it takes at most
  std::mt19937 random{1};              // NOLINT(*-msc51-cpp): a test must repeat itself
  std::chrono::milliseconds paused{};  ///< what the search has waited so far

  PathMtuSearch::Outcome carry(PathMtuSearch::Round const& round, std::uint32_t sentinel) {
    PathMtuSearch::Outcome outcome;
    outcome.confirmed.insert(sentinel);  // it is sent until it is answered
    std::bernoulli_distribution lost{loss};
    paused += round.pause;
    outcome.control_arrived = round.control_octets != 0 && !lost(random);
    // Others send at the same time, and a lone packet waits for its turn.
    auto room = unlimited;
    if (queue != unlimited && round.control_octets == 0) room = random() % queue;
    for (int copy = 0; copy < round.copies; ++copy)
      for (auto const size : round.sizes) {
        if (size > interface_mtu) {
          outcome.too_big_here.insert(size);
          continue;
        }
        if (round.gently && queue != unlimited) room = random() % queue;  // drained in the pauses
        if (lost(random) || size > room) continue;
        if (room != unlimited) room -= size;
        if (size <= mtu)
          outcome.confirmed.insert(size);
        else if (signals)
          outcome.signalled.insert(mtu);
      }
    return outcome;
  }
};

PathMtuSearch searched(Family family, std::uint32_t ceiling, SimulatedPath& path) {
  auto const sentinel = family == Family::ipv4 ? sentinel_v4 : sentinel_v6;
  PathMtuSearch search{family, sentinel, ceiling};
  for (auto round = search.next(); !round.sizes.empty(); round = search.next())
    search.learn(round, path.carry(round, sentinel));
  return search;
}

PathMtuSearch searched(Family family, std::uint32_t ceiling, SimulatedPath&& path) {
  return searched(family, ceiling, path);
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
  RC_ASSERT(search.settled());
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
  EXPECT_FALSE(search.settled());
}

/// Room for some packets of a burst or none, and for each that comes alone.
RC_GTEST_PROP(PathMtuSearch, TakesNoQueueThatItsBurstsOverflowForALimit, ()) {
  auto const ceiling = *rc::gen::element(1500U, 9000U);
  auto const queue = *rc::gen::inRange<std::size_t>(1024, 65536);
  auto const loss = *rc::gen::inRange(0, 11);
  SimulatedPath path{.mtu = ceiling,
                     .loss = loss / 100.0,
                     .queue = queue,
                     .random = std::mt19937{*rc::gen::arbitrary<std::uint32_t>()}};
  auto const search = searched(Family::ipv4, ceiling, path);
  RC_ASSERT(search.settled());
  RC_ASSERT(search.largest_confirmed() == ceiling);
  RC_ASSERT(search.smallest_lost() == 0U);
}

RC_GTEST_PROP(PathMtuSearch, FindsALimitBehindAQueueThatOverflows, ()) {
  auto const c = any_case();
  auto const seed = *rc::gen::arbitrary<std::uint32_t>();
  RC_PRE(c.ceiling <= 9000U);
  auto const search =
      searched(c.family, c.ceiling, {.mtu = c.mtu, .queue = 65536, .random = std::mt19937{seed}});
  expect_exact(search, c);
}

/// Chance alone decides here, so the seeds are the same in every run.
TEST(PathMtuSearch, ReportsNoLimitWhereOneInThreeOrTwoIsLost) {
  for (auto const loss : {0.2, 0.3, 0.5})
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
      auto const search =
          searched(Family::ipv4, 1500, {.mtu = 1500, .loss = loss, .random = std::mt19937{seed}});
      EXPECT_TRUE(!search.settled() || search.largest_confirmed() == 1500U)
          << loss << ": " << search.largest_confirmed();
    }
}

TEST(PathMtuSearch, FindsALimitWhereOneInThreeIsLost) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    auto const search =
        searched(Family::ipv4, 1500, {.mtu = 1450, .loss = 0.3, .random = std::mt19937{seed}});
    EXPECT_TRUE(search.settled());
    EXPECT_EQ(search.largest_confirmed(), 1450U);
  }
}

TEST(PathMtuSearch, IsSureOfALimitAfterASecondAndNotTwo) {
  for (auto const mtu : {1280U, 1450U, 1501U, 8950U}) {
    SimulatedPath path{.mtu = mtu};
    auto const search = searched(Family::ipv4, 9000, path);
    EXPECT_EQ(search.largest_confirmed(), mtu);
    EXPECT_GE(path.paused, std::chrono::milliseconds{1000});
    EXPECT_LE(path.paused, std::chrono::milliseconds{1200});  // chance adds a half of it
  }
}

TEST(PathMtuSearch, IsNotSureWhileTheControlPacketsAreLostAsWell) {
  PathMtuSearch search{Family::ipv4, sentinel_v4, 1500};
  SimulatedPath path{.mtu = 1450};
  int tries = 0;
  for (auto round = search.next(); !round.sizes.empty(); round = search.next()) {
    auto outcome = path.carry(round, sentinel_v4);
    outcome.control_arrived = false;
    search.learn(round, outcome);
    ++tries;
  }
  EXPECT_FALSE(search.settled());
  EXPECT_GT(tries, 50);
}

TEST(PathMtuSearch, GoesOnUpwardWhereALonePacketArrives) {
  PathMtuSearch search{Family::ipv4, sentinel_v4, 1500};
  auto round = search.next();
  for (; round.control_octets == 0; round = search.next())
    search.learn(round, {.confirmed = {sentinel_v4, 1264}});
  ASSERT_EQ(round.sizes, std::vector<std::uint32_t>{1265});
  EXPECT_EQ(round.control_octets, 1264U);
  search.learn(round, {.confirmed = {1265}, .control_arrived = true});
  round = search.next();
  EXPECT_EQ(round.sizes, std::vector<std::uint32_t>{1500});  // the ceiling, before anything else
  EXPECT_EQ(round.control_octets, 1265U);
  search.learn(round, {.confirmed = {1500}, .control_arrived = true});
  EXPECT_TRUE(search.settled());
}

TEST(PathMtuSearch, TakesARoutersWordWithoutLonePackets) {
  SimulatedPath path{.mtu = 1450, .signals = true};
  EXPECT_TRUE(searched(Family::ipv4, 9000, path).settled());
  EXPECT_EQ(path.paused.count(), 0);
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
