#include "coordinator/clock_offsets.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <vector>

namespace leadline {
namespace {
constexpr std::int64_t ms = 1'000'000;

TEST(ClockOffset, IsAgainstTheMiddleOfTheRoundTrip) {
  auto const offset =
      told_offset({.coordinator_ns = 1000 * ms, .agent_ns = 91'005 * ms}, 1010 * ms);
  ASSERT_TRUE(offset.has_value());
  EXPECT_DOUBLE_EQ(offset->offset_ms, 90'000);
  EXPECT_DOUBLE_EQ(offset->uncertainty_ms, 5);
  EXPECT_DOUBLE_EQ(
      told_offset({.coordinator_ns = 1000 * ms, .agent_ns = 995 * ms}, 1000 * ms)->offset_ms, -5);
}

TEST(ClockOffset, OfTimesThatCannotBeIsNone) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(told_offset({.coordinator_ns = 11, .agent_ns = 0}, 10));
  EXPECT_FALSE(told_offset({.coordinator_ns = -1, .agent_ns = 0}, most));
  EXPECT_FALSE(told_offset({.coordinator_ns = 0, .agent_ns = -1}, 10));
  EXPECT_TRUE(told_offset({.coordinator_ns = 0, .agent_ns = most}, most));
}

double median_of(std::vector<double> const& offsets) {
  Survey survey;
  for (auto const offset : offsets)
    survey.nodes.push_back({.clock = ClockOffset{.offset_ms = offset, .uncertainty_ms = 1}});
  survey.nodes.push_back({});  // an agent that never answered
  return median_offset_ms(survey);
}

TEST(ClockOffset, OfMostNodesIsTheMedian) {
  EXPECT_DOUBLE_EQ(median_of({}), 0);
  EXPECT_DOUBLE_EQ(median_of({7}), 7);
  EXPECT_DOUBLE_EQ(median_of({90'000, 3, 1}), 3);
  EXPECT_DOUBLE_EQ(median_of({90'000, 3}), 3);
  EXPECT_DOUBLE_EQ(median_of({-90'000, 3}), 3);
}

TEST(ClockOffset, OfTheNodesMovesTheStartOfTheRun) {
  Survey survey;
  survey.started = std::chrono::system_clock::time_point{std::chrono::hours{1000}};
  EXPECT_EQ(start_by_the_nodes(survey), 3'600'000);
  survey.nodes = {{.clock = ClockOffset{.offset_ms = -7'200'000, .uncertainty_ms = 1}}};
  EXPECT_EQ(start_by_the_nodes(survey), 3'592'800);
}
}  // namespace
}  // namespace leadline
