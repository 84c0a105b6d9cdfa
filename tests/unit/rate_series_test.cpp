#include "probes/rate_series.hpp"

#include "probes/bulk_sampling.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

namespace leadline {
namespace {
using namespace std::chrono_literals;

TEST(RateEstimate, OfTooFewSamplesIsUnknown) {
  EXPECT_EQ(estimate_rate({}).relative_uncertainty, 1);
  std::vector<double> const one{5e9};
  EXPECT_EQ(estimate_rate(one).relative_uncertainty, 1);
  EXPECT_EQ(estimate_rate(one).mean, BitRate{5e9});
  std::vector<double> const nothing(10, 0.0);
  EXPECT_EQ(estimate_rate(nothing).relative_uncertainty, 1);
}

TEST(RateEstimate, IsStudentsInterval) {
  // Mean 10, standard deviation 1, n = 5: 2.776 / sqrt(5) / 10.
  double const d = std::sqrt(0.5 * 4 / 2);
  std::vector<double> const samples{10 - d, 10 + d, 10, 10 - d, 10 + d};
  EXPECT_NEAR(estimate_rate(samples).mean.per_second, 10, 1e-9);
  EXPECT_NEAR(estimate_rate(samples).relative_uncertainty, 2.776 / std::sqrt(5.0) / 10, 1e-6);
}

TEST(RateSpread, IsTheStandardDeviationOverTheMean) {
  EXPECT_EQ(relative_spread({}), 0);
  EXPECT_EQ(relative_spread(std::vector<double>{5}), 0);
  EXPECT_EQ(relative_spread(std::vector<double>{0, 0, 0}), 0);
  EXPECT_NEAR(relative_spread(std::vector<double>{8, 10, 12}), 0.2, 1e-12);
}

TEST(RateDrift, ComparesTheHalves) {
  EXPECT_EQ(relative_drift({}), 0);
  EXPECT_EQ(relative_drift(std::vector<double>{1, 2, 3}), 0);
  EXPECT_EQ(relative_drift(std::vector<double>{0, 0, 3, 3}), 0);
  EXPECT_NEAR(relative_drift(std::vector<double>{10, 10, 15, 15}), 0.5, 1e-12);
  EXPECT_NEAR(relative_drift(std::vector<double>{10, 10, 99, 5, 5}), -0.5, 1e-12);
}

RC_GTEST_PROP(RateEstimate, DoesNotDependOnTheUnit, ()) {
  auto const raw = *rc::gen::container<std::vector<int>>(7, rc::gen::inRange(1, 1000));
  std::vector<double> small(raw.begin(), raw.end());
  std::vector<double> large = small;
  for (auto& sample : large) sample *= 1e9;
  RC_ASSERT(std::abs(estimate_rate(small).relative_uncertainty -
                     estimate_rate(large).relative_uncertainty) < 1e-9);
}

RC_GTEST_PROP(RateSeries, NeverStopsBeforeFiveSamplesOrWithAWideInterval, ()) {
  auto const steps = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::inRange<std::uint32_t>(0, 2'000'000'000));
  RateSeries series{300ms};
  std::uint64_t total = 0;
  series.add(0ns, 0);
  std::chrono::nanoseconds now{0};
  for (auto const step : steps) {
    now += 100ms;
    series.add(now, total += step);
    RC_ASSERT(!series.known() || series.samples().size() >= 5);
    RC_ASSERT(!series.known() || estimate_rate(series.samples()).relative_uncertainty <= 0.03);
  }
}

TEST(NextSample, ComesWholePeriodsLaterAndMakesUpForNothing) {
  BulkSampling::Clock::time_point const due{};
  EXPECT_EQ(next_sample(due, due), due + 100ms);
  EXPECT_EQ(next_sample(due, due + 99ms), due + 100ms);
  EXPECT_EQ(next_sample(due, due + 100ms), due + 200ms);
  EXPECT_EQ(next_sample(due, due + 350ms), due + 400ms);
  EXPECT_EQ(next_sample(due, due - 5ms), due + 100ms) << "the timer was early";
}

TEST(RateSeries, LeavesTheWarmUpOut) {
  RateSeries series{300ms};
  std::uint64_t total = 0;
  for (int tick = 0; tick <= 8; ++tick) {
    series.add(tick * 100ms, total);
    total += tick < 3 ? 1 : 125'000'000;
  }
  EXPECT_EQ(series.samples(), std::vector<double>(5, 1e10));
  EXPECT_EQ(series.rate(), BitRate{1e10});
  EXPECT_DOUBLE_EQ(series.measured().count(), 0.5);
  EXPECT_TRUE(series.known());
}

TEST(RateSeries, IsEmptyWithinTheWarmUp) {
  RateSeries series{300ms};
  series.add(0ns, 0);
  series.add(200ms, 1000);
  EXPECT_TRUE(series.samples().empty());
  EXPECT_EQ(series.rate(), BitRate{0});
  EXPECT_FALSE(series.known());
}
}  // namespace
}  // namespace leadline
