#include "coordinator/explanation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace leadline {
namespace {
/// Would a cause take such a symptom, of the kind's severity, on a pair that it touches?
bool takes(std::string_view cause, std::string_view symptom) {
  auto const& kind = kind_of(symptom);
  return explains(kind_of(cause), kind_of(cause).severity,
                  {.kind = &kind,
                   .severity = kind.severity,
                   .edge = {.source = 0, .target = 1},
                   .evidence = {},
                   .inferred = false,
                   .command = {}});
}

TEST(Explanation, OfASlowOrFlappingLinkIsOfRatesAndLossAlone) {
  std::vector<std::string_view> by_slow;
  std::vector<std::string_view> by_flapping;
  for (auto const& kind : finding_catalogue()) {
    if (takes("LINK_SLOW", kind.code)) by_slow.push_back(kind.code);
    if (takes("LINK_FLAPPING", kind.code)) by_flapping.push_back(kind.code);
  }
  std::vector<std::string_view> const rates{"BANDWIDTH_SHARED", "BANDWIDTH_ASYMMETRIC",
                                            "BANDWIDTH_RETRANSMITS", "BANDWIDTH_CPU_BOUND"};
  EXPECT_EQ(by_slow, rates);
  std::ranges::sort(by_flapping);
  auto with_loss = rates;
  with_loss.emplace_back("LOSS");
  std::ranges::sort(with_loss);
  EXPECT_EQ(by_flapping, with_loss);
}

TEST(Explanation, OfALinkThatIsDownIsOfAllThatFollows) {
  for (auto const* code : {"REACH_FILTERED", "MTU_BLACK_HOLE", "TLS_FAILED", "LOSS", "LATENCY_HIGH",
                           "BANDWIDTH_LOW", "NOT_MEASURED"})
    EXPECT_TRUE(takes("LINK_DOWN", code)) << code;
}

TEST(Explanation, IsNeverOfWhatIsWorseThanTheCause) {
  EXPECT_FALSE(takes("LINK_SLOW", "BANDWIDTH_LOW"));
  EXPECT_FALSE(takes("LOSS", "BANDWIDTH_LOW"));
}
}  // namespace
}  // namespace leadline
