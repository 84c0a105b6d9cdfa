#include "coordinator/coverage.hpp"

#include "coordinator/report/report.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

namespace leadline {
namespace {
auto const all_pairs = [](auto const&, auto const&) { return true; };

SurveyMaker::Where const into_east_n1 = [](auto const&, auto const& target) {
  return target == "east/n1";
};

SurveyMaker capped_at(double bits_per_second, SurveyMaker::Where const& where) {
  SurveyMaker maker;
  maker.spoil<Bandwidth>(where, [&](Observation&, Bandwidth::Result& result) {
    result.rate_bits_per_second = bits_per_second;
    result.limit = "rate_limit";
  });
  return maker;
}

TEST(Coverage, OfAHealthyRunIsWhole) {
  EXPECT_TRUE(cover(SurveyMaker{}.survey()).complete());
}

TEST(Coverage, StagesThatLetNoNodeSpeakToAnotherMeasureNoPair) {
  for (auto const& stages :
       {std::vector<Stage>{Stage::facts}, std::vector<Stage>{Stage::facts, Stage::layer2}}) {
    SurveyMaker maker;
    maker.survey().plan.stages = stages;
    auto const report = make_report(maker.survey(), false);
    EXPECT_EQ(report.coverage.pairs_measured, 0U);
    EXPECT_EQ(report.verdict, Verdict::unknown);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].code, "NOT_MEASURED");
    EXPECT_NE(report.findings[0].evidence.at(0).find("add reach"), std::string::npos);
  }
}

TEST(Coverage, ACapBelowWhatThePlanWantsHidesTheNetwork) {
  auto const report = make_report(capped_at(100e6, into_east_n1).survey(), false);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].code, "NOT_MEASURED");
  EXPECT_EQ(format(report.findings[0].scope), "node east/n1");
  EXPECT_NE(report.findings[0].evidence.at(0).find("kept it at 100 Mbit/s"), std::string::npos)
      << report.findings[0].evidence.at(0);
}

TEST(Coverage, ACapThatIsNoHindranceIsNone) {
  EXPECT_EQ(make_report(capped_at(401e6, all_pairs).survey(), false).verdict, Verdict::ready);
}

TEST(Coverage, ANodeTooManyDoesNotStandForOneTooFew) {
  SurveyMaker maker{5, 2};
  maker.survey().plan.expect = {{"east", 3}, {"west", 3}};
  auto const report = make_report(maker.survey(), false);
  EXPECT_EQ(report.coverage.nodes_expected, 6U);
  EXPECT_EQ(report.coverage.nodes_seen, 5U);
  EXPECT_EQ(report.verdict, Verdict::unknown);
}

TEST(Coverage, WhatWasMeasuredTwiceDoesNotStandForWhatWasNot) {
  SurveyMaker maker;
  maker.spoil<Bandwidth>(into_east_n1, [](Observation&, Bandwidth::Result& result) {
    if (result.streams == 8) result.transport = Transport::tcp, result.mode = BulkMode::ceiling;
  });
  auto const report = make_report(maker.survey(), false);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].code, "NOT_MEASURED");
  EXPECT_NE(report.findings[0].evidence.at(0).find("bandwidth: 3 of 4 tests measured"),
            std::string::npos)
      << report.findings[0].evidence.at(0);
}

TEST(Coverage, AFullQueueOfTheOwnInterfaceIsNoLackOfProcessor) {
  SurveyMaker maker;
  maker.spoil<Latency>(into_east_n1, [](Observation& seen, Latency::Result& result) {
    seen.status = Status::inconclusive;
    seen.reason = "the queue of the own interface had no room";
    result.local_drops = 20;
  });
  auto const report = make_report(maker.survey(), false);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].code, "NOT_MEASURED");
}
}  // namespace
}  // namespace leadline
