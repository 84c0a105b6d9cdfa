#include "coordinator/bulk_batch.hpp"

#include <gtest/gtest.h>

#include <set>
#include <variant>

namespace leadline {
namespace {
TEST(BulkKinds, OfTheDefaultPlanAreFour) {
  auto const kinds = bulk_kinds(Plan{});
  ASSERT_EQ(kinds.size(), 4);
  EXPECT_EQ(kinds.front(), (BulkKind{.transport = "tcp", .streams = 1}));
  EXPECT_EQ(kinds.back(),
            (BulkKind{.transport = "tls", .streams = 8, .mode = BulkMode::migration}));
}

TEST(BulkKinds, MeasureTlsOnceWhateverTheModes) {
  Plan plan;
  plan.bulk_modes = {BulkMode::ceiling, BulkMode::migration};
  EXPECT_EQ(bulk_kinds(plan).size(), 2 * 2 + 2);
  plan.bulk_modes = {BulkMode::verify};
  EXPECT_EQ(bulk_kinds(plan).back().mode, BulkMode::migration);
  plan.transports = {"tls"};
  EXPECT_EQ(heaviest_kind(plan).mode, BulkMode::migration);
}

TEST(BulkKinds, RepeatAllBeforeTheyBeginAgain) {
  Plan plan;
  plan.repeat = 3;
  auto const kinds = bulk_kinds(plan);
  ASSERT_EQ(kinds.size(), 12);
  EXPECT_EQ(kinds[3].repetition, 1);
  EXPECT_EQ(kinds[4].repetition, 2);
  EXPECT_EQ(std::set<BulkKind>(kinds.begin(), kinds.end()).size(), 12);
}

TEST(BulkBatch, AsksForWhatThePlanSays) {
  Plan plan;
  plan.congestion = "bbr";
  plan.cipher = "chacha20";
  plan.record_octets = 4096;
  plan.dscp = 46;
  plan.mss = 1200;
  auto const batch = bulk_batch({.transport = "tls", .streams = 4}, plan);
  auto const& bulk = std::get<Bandwidth>(batch.probes.at(0));
  EXPECT_EQ(bulk.transport, Transport::tls);
  EXPECT_EQ(bulk.streams, 4);
  EXPECT_EQ(bulk.congestion, "bbr");
  EXPECT_EQ(bulk.cipher, "chacha20");
  EXPECT_EQ(bulk.record_octets, 4096);
  EXPECT_EQ(bulk.dscp, 46);
  EXPECT_EQ(bulk.mss, 1200);
  EXPECT_EQ(objection_to(bulk), "");
}
}  // namespace
}  // namespace leadline
