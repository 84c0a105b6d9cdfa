#include "tests/qemu/comparison.hpp"

#include "tests/qemu/guest_load.hpp"
#include "tests/qemu/plan_for_migration.hpp"

#include <gtest/gtest.h>

namespace leadline::lab {
namespace {
using namespace literals;
using End = MigrationOutcome::End;

/// D/B = 0.4, foretold to take 10 s and to stand still for 0.3 s, and just so it was.
Comparison as_foretold() {
  return {.migration = {.load = {.memory = 64_MiB, .working_set = 32_MiB, .dirty_rate = 5e6}},
          .bandwidth = 100_Mbps,
          .foretold = {.end = Forecast::End::converges,
                       .duration = Seconds{10},
                       .downtime = Seconds{0.3}},
          .real = {.end = End::completed, .duration = Seconds{10}, .downtime = Seconds{0.3}}};
}

TEST(Comparison, IsRightWithinItsTolerances) {
  EXPECT_TRUE(is_right(as_foretold()));

  struct Row {
    double duration;
    double downtime;
    bool right;
  };

  for (auto const& row :
       {Row{11.9, .3, true}, Row{12.1, .3, false}, Row{8.1, .3, true}, Row{7.9, .3, false},
        Row{10, .59, true}, Row{10, .61, false}, Row{10, .16, true}, Row{10, .14, false}}) {
    auto comparison = as_foretold();
    comparison.real.duration = Seconds{row.duration};
    comparison.real.downtime = Seconds{row.downtime};
    EXPECT_EQ(is_right(comparison), row.right) << row.duration << " s, " << row.downtime << " s";
  }
}

TEST(Comparison, HoldsAWrongConvergenceAgainstClearCasesOnly) {
  struct Row {
    double dirty_rate;
    Bytes working_set;
    bool clear;
  };

  // B is 12.5 MB/s, and B * T 3.75 MB.
  for (auto const& row : {Row{9e6, 32_MiB, true}, Row{11e6, 32_MiB, false},
                          Row{14e6, 32_MiB, false}, Row{16e6, 32_MiB, true}, Row{16e6, 2_MiB, true},
                          Row{16e6, 3750_KiB, false}, Row{0, 3750_KiB, true}}) {
    auto comparison = as_foretold();
    comparison.migration.load.dirty_rate = row.dirty_rate;
    comparison.migration.load.working_set = row.working_set;
    comparison.real.end = End::cancelled;
    EXPECT_EQ(is_clear(comparison), row.clear) << row.dirty_rate;
    EXPECT_EQ(is_right(comparison), !row.clear) << row.dirty_rate;
    comparison.foretold.end = Forecast::End::never;
    EXPECT_TRUE(is_right(comparison)) << row.dirty_rate;
    comparison.real.end = End::completed;
    EXPECT_EQ(is_right(comparison), !row.clear) << row.dirty_rate;
  }
}

TEST(Comparison, HasTheMedianOfWhatArrived) {
  EXPECT_FALSE(median_duration_error({}));
  std::vector<Comparison> all(3, as_foretold());
  all[0].real.duration = Seconds{8};
  all[1].real.duration = Seconds{10.5};
  all.push_back(as_foretold());
  all.back().real.end = End::failed;
  EXPECT_NEAR(*median_duration_error(all), 0.05, 1e-9);
}

TEST(GuestLoad, GoesIntoTheBootSector) {
  auto const sector = boot_sector({.memory = 64_MiB, .working_set = 8_MiB, .dirty_rate = 4096e3});
  auto const word = [&](std::size_t at) {
    std::uint32_t read = 0;
    for (std::size_t octet = 4; octet-- > 0;) read = read << 8U | sector[at + octet];
    return read;
  };
  EXPECT_EQ(word(0x1f0), 64U << 20U);
  EXPECT_EQ(word(0x1f4), 9U << 20U);
  EXPECT_EQ(word(0x1f8), 100'000U) << "a page in a millisecond, of a clock of 100 MHz";
  EXPECT_EQ(sector[510] << 8U | sector[511], 0x55aaU) << "what makes it bootable";
}

TEST(GuestLoad, RefusesWhatTheGuestCannotDo) {
  for (GuestLoad const& load : {GuestLoad{.memory = 3_MiB, .working_set = 1_MiB},
                                {.memory = 4096_MiB, .working_set = 1_MiB},
                                {.memory = 64_MiB, .working_set = 64_MiB},
                                {.memory = 64_MiB, .working_set = 0_MiB},
                                {.memory = 64_MiB, .working_set = 8_MiB, .dirty_rate = 100},
                                {.memory = 64_MiB, .working_set = 8_MiB, .dirty_rate = -1},
                                {.memory = 64_MiB, .working_set = 8_MiB, .dirty_rate = 5e9}})
    EXPECT_THROW(boot_sector(load), std::invalid_argument) << load.dirty_rate;
}

TEST(MigrationOutcome, SurvivesItsFile) {
  MigrationOutcome const outcome{.end = End::cancelled,
                                 .duration = Seconds{1.5},
                                 .downtime = Seconds{0.25},
                                 .passes = 7,
                                 .error = "no"};
  auto const back = nlohmann::json(outcome).get<MigrationOutcome>();
  EXPECT_EQ(back.end, outcome.end);
  EXPECT_EQ(back.duration, outcome.duration);
  EXPECT_EQ(back.downtime, outcome.downtime);
  EXPECT_EQ(back.passes, outcome.passes);
  EXPECT_EQ(back.error, outcome.error);
}

TEST(PlanForMigration, KeepsWhatTheScenarioSays) {
  EXPECT_EQ(plan_for(100_Mbps, "{thresholds: {min_mtu: 1400}, network: {vlan: 100}}"),
            "{thresholds: {min_mtu: 1400, min_bandwidth: 100000000bit}, network: {vlan: 100}, "
            "latency: {duration: 500ms}, bandwidth: {streams: [1], transports: [tls], duration: "
            "1500ms}}");
}
}  // namespace
}  // namespace leadline::lab
