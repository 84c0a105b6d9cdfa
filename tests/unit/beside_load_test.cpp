#include "agent/beside_load.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace leadline::agent {
namespace {
using namespace std::chrono_literals;
using namespace literals;

Sighting sighting_of(std::string_view probe, std::optional<AnyResult> result) {
  Sighting sighting;
  sighting.observation.probe = probe;
  sighting.observation.result = std::move(result);
  return sighting;
}

/// Is the latency that was measured beside such a test reported?
bool kept(Bandwidth const& bulk, std::optional<Bandwidth::Result> const& load,
          bool under_load = true) {
  Latency const latency{.duration_ms = 800ms, .under_load = under_load};
  std::vector<Sighting> together{
      sighting_of(Bandwidth::name, load ? std::optional<AnyResult>{*load} : std::nullopt),
      sighting_of(Latency::name, Latency::Result{})};
  leave_out_latency_without_load({bulk, latency}, together);
  EXPECT_EQ(together.front().observation.probe, Bandwidth::name) << "it is reported at any rate";
  return together.size() == 2;
}

Bandwidth::Result load_of(double seconds, std::uint64_t octets) {
  Bandwidth::Result load;
  load.measured_seconds = seconds;
  load.transferred_bytes = octets;
  return load;
}

TEST(LatencyBesideALoad, IsReportedIfTheLoadWasThereAllTheTime) {
  Bandwidth bulk;
  EXPECT_TRUE(kept(bulk, load_of(0.5, 1000)));
  EXPECT_FALSE(kept(bulk, std::nullopt)) << "the bulk test failed";
  EXPECT_TRUE(kept(bulk, std::nullopt, false)) << "no load was meant to be";
  bulk.byte_limit_bytes = {1000};
  EXPECT_TRUE(kept(bulk, load_of(0.2, 999))) << "it ended early since the rate was known";
  EXPECT_TRUE(kept(bulk, load_of(0.5, 1000)));
  EXPECT_FALSE(kept(bulk, load_of(0.2, 1000)));
}

TEST(LatencyBesideALoad, IsNotLookedForAmongOtherProbes) {
  std::vector<Sighting> together{sighting_of(Reach::name, std::nullopt),
                                 sighting_of(Latency::name, std::nullopt)};
  leave_out_latency_without_load({Reach{}, Latency{}}, together);
  EXPECT_EQ(together.size(), 2U);
}
}  // namespace
}  // namespace leadline::agent
