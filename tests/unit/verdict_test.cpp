#include "coordinator/verdict.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace leadline {
namespace {
Coverage const whole{
    .nodes_expected = 6, .nodes_seen = 6, .pairs_expected = 18, .pairs_measured = 18};

Finding of(Severity severity) {
  Finding finding;
  finding.severity = severity;
  return finding;
}

TEST(Verdict, IsReadyWhenAllWasMeasuredAndNothingFound) {
  EXPECT_EQ(judge({}, whole, {}), Verdict::ready);
  EXPECT_EQ(judge({of(Severity::info)}, whole, {}), Verdict::ready);
}

TEST(Verdict, IsReadyWithWarningsThen) {
  EXPECT_EQ(judge({of(Severity::warning), of(Severity::info)}, whole, {}),
            Verdict::ready_with_warnings);
}

TEST(Verdict, IsNotReadyWithAnyError) {
  EXPECT_EQ(judge({of(Severity::info), of(Severity::error)}, {}, {"stopped"}), Verdict::not_ready);
}

TEST(Verdict, IsUnknownWhenSomethingWasNotMeasured) {
  auto coverage = whole;
  coverage.pairs_measured = 17;
  EXPECT_EQ(judge({}, coverage, {}), Verdict::unknown);
  coverage = whole;
  coverage.nodes_seen = 5;
  EXPECT_EQ(judge({of(Severity::warning)}, coverage, {}), Verdict::unknown);
  EXPECT_EQ(judge({}, whole, {"stopped by Ctrl-C"}), Verdict::unknown);
}

TEST(Verdict, IsUnknownWithoutObservations) {
  EXPECT_EQ(judge({}, {}, {}), Verdict::unknown);
}

TEST(Verdict, ExitCodes) {
  EXPECT_EQ(exit_code(Verdict::ready, true), 0);
  EXPECT_EQ(exit_code(Verdict::ready_with_warnings, false), 0);
  EXPECT_EQ(exit_code(Verdict::ready_with_warnings, true), 10);
  EXPECT_EQ(exit_code(Verdict::not_ready, false), 20);
  EXPECT_EQ(exit_code(Verdict::unknown, false), 30);
}

RC_GTEST_PROP(VerdictProperty, BadNewsNeverImproveIt, ()) {
  auto const severities = *rc::gen::container<std::vector<Severity>>(
      rc::gen::element(Severity::info, Severity::warning, Severity::error));
  std::vector<Finding> findings;
  findings.reserve(severities.size());
  for (auto const severity : severities) findings.push_back(of(severity));
  auto coverage = whole;
  coverage.pairs_measured = *rc::gen::inRange<std::size_t>(0, 19);
  auto const before = judge(findings, coverage, {});
  auto worse = findings;
  worse.push_back(of(*rc::gen::element(Severity::info, Severity::warning, Severity::error)));
  RC_ASSERT(judge(worse, coverage, {}) >= before);
  RC_ASSERT(judge(findings, coverage, {"stopped"}) >= before);
  if (coverage.pairs_measured > 0) --coverage.pairs_measured;
  RC_ASSERT(judge(findings, coverage, {}) >= before);
}
}  // namespace
}  // namespace leadline
