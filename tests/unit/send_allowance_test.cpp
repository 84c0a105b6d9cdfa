#include "probes/send_allowance.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace leadline {
namespace {
using namespace std::chrono_literals;

RC_GTEST_PROP(SendAllowance, GrantsTheByteLimitToTheOctet, ()) {
  auto const limit = *rc::gen::inRange<std::uint64_t>(1, 50'000'000);
  SendAllowance allowance{Bytes{limit}, BitRate{0}};
  std::uint64_t granted = 0;
  for (auto grant = allowance.claim(0ns); grant.octets > 0; grant = allowance.claim(0ns)) {
    RC_ASSERT(grant.wait == 0ns);
    granted += grant.octets;
  }
  RC_ASSERT(granted == limit);
}

RC_GTEST_PROP(SendAllowance, NeverExceedsTheRateButForABurst, ()) {
  auto const rate = static_cast<double>(*rc::gen::inRange<std::int64_t>(100'000, 10'000'000'000));
  auto const pauses = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 50'000'000));
  SendAllowance allowance{Bytes{0}, BitRate{rate}};
  std::chrono::nanoseconds now = 1s;
  double granted_bits = 0;
  std::uint64_t largest = 0;
  for (auto const pause : pauses) {
    now += std::chrono::nanoseconds{pause};
    auto const grant = allowance.claim(now);
    now += grant.wait;
    granted_bits += 8.0 * static_cast<double>(grant.octets);
    largest = std::max(largest, grant.octets);
    double const seconds = std::chrono::duration<double>(now - 1s).count() + 0.005;
    RC_ASSERT(granted_bits <= rate * seconds * 1.001 + 8.0 * static_cast<double>(largest));
  }
}

TEST(SendAllowance, TakesNoRateForNone) {
  SendAllowance allowance{Bytes{0}, BitRate{1e-6}};  // a peer may ask for anything
  auto const first = allowance.claim(1s);
  EXPECT_EQ(first.octets, 4096U);
  EXPECT_GT(allowance.claim(1s).wait, 30s);
  EXPECT_GT(allowance.claim(1s).wait, 60s);
}

TEST(SendAllowance, IsUnlimitedWithoutLimits) {
  SendAllowance allowance{Bytes{0}, BitRate{0}};
  for (int i = 0; i < 1000; ++i) {
    auto const grant = allowance.claim(0ns);
    EXPECT_GT(grant.octets, 0U);
    EXPECT_EQ(grant.wait, 0ns);
  }
}
}  // namespace
}  // namespace leadline
