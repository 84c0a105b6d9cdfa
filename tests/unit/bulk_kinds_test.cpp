#include "coordinator/bulk_kinds.hpp"

#include <gtest/gtest.h>

#include <set>

namespace leadline {
namespace {
TEST(BulkKinds, OfTheDefaultPlanAreFour) {
  auto const kinds = bulk_kinds(Plan{});
  ASSERT_EQ(kinds.size(), 4);
  EXPECT_EQ(kinds.front(), (BulkKind{.transport = "tcp", .streams = 1}));
  EXPECT_EQ(kinds.back(), (BulkKind{.transport = "tls", .streams = 8}));
}

TEST(BulkKinds, MeasureTlsOnceWhateverTheModes) {
  Plan plan;
  plan.bulk_modes = {BulkMode::ceiling, BulkMode::migration};
  EXPECT_EQ(bulk_kinds(plan).size(), 2 * 2 + 2);
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
}  // namespace
}  // namespace leadline
