#include "coordinator/stage_probes.hpp"

#include <gtest/gtest.h>

namespace leadline {
namespace {
std::vector<std::string> endpoints_of(std::vector<AnyProbe> const& probes) {
  std::vector<std::string> endpoints;
  for (auto const& probe : probes) endpoints.push_back(std::get<SyncPort>(probe).endpoint);
  return endpoints;
}

std::vector<AnyProbe> both() {
  return {SyncPort{.endpoint = "10.0.0.1:9185"}, SyncPort{.endpoint = "[fd00::1]:9185"}};
}

TEST(StageProbes, OfLatencySendForThreeSecondsEveryFiveMilliseconds) {
  auto const work = stage_probes(Stage::latency, Plan{});
  ASSERT_EQ(work.probes.size(), 1U);
  auto const& latency = std::get<Latency>(work.probes.front());
  EXPECT_EQ(latency.duration_ms, std::chrono::seconds{3});
  EXPECT_EQ(latency.interval_us, std::chrono::milliseconds{5});
}

TEST(SynchronizationProbes, GoOverTheFamilyOfTheAddressThatTheyAsk) {
  std::vector<Listening> const dual{{.family = Family::ipv4}, {.family = Family::ipv6}};
  auto const grouped = by_family(both(), dual);
  ASSERT_EQ(grouped.size(), 2U);
  EXPECT_EQ(endpoints_of(grouped.at(Family::ipv4)), std::vector<std::string>{"10.0.0.1:9185"});
  EXPECT_EQ(endpoints_of(grouped.at(Family::ipv6)), std::vector<std::string>{"[fd00::1]:9185"});
}

TEST(SynchronizationProbes, OfAFamilyThatTheNodeHasNotAreLeftToItsFirst) {
  std::vector<Listening> const only_ipv6{{.family = Family::ipv6}};
  auto const grouped = by_family(both(), only_ipv6);
  ASSERT_EQ(grouped.size(), 1U);
  EXPECT_EQ(grouped.at(Family::ipv6).size(), 2U);
}

TEST(SynchronizationProbes, OtherProbesGoOverTheFirstFamilyOnce) {
  std::vector<Listening> const dual{{.family = Family::ipv6}, {.family = Family::ipv4}};
  auto const grouped = by_family({HostView{}}, dual);
  ASSERT_EQ(grouped.size(), 1U);
  EXPECT_EQ(grouped.at(Family::ipv6).size(), 1U);
  EXPECT_TRUE(by_family({}, dual).empty());
}
}  // namespace
}  // namespace leadline
