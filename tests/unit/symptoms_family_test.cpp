#include "coordinator/report/report.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

namespace leadline {
namespace {
/// "CODE severity scope: evidence" of all findings but those about what was not measured.
std::vector<std::string> found_in(SurveyMaker& maker) {
  std::vector<std::string> found;
  for (auto const& finding : make_report(maker.survey(), false).findings)
    if (finding.code != "NOT_MEASURED")
      found.push_back(fmt::format("{} {} {}: {}", finding.code,
                                  finding.severity == Severity::error ? "error" : "warning",
                                  format(finding.scope), finding.evidence.at(0)));
  return found;
}

SurveyMaker::Where const touching_n2 = [](auto const& source, auto const& target) {
  return source == "west/n2" || target == "west/n2";
};

void give_both_families(SurveyMaker& maker) {
  for (auto& record : maker.survey().nodes)
    record.addresses.push_back(fmt::format("fd00::{}", maker.node(format(record.name))));
}

TEST(Families, TheSameOnAllNodesAreNoFault) {
  SurveyMaker maker;
  give_both_families(maker);
  EXPECT_TRUE(found_in(maker).empty());
}

TEST(Families, OneThatANodeLacksBesideItsClusterIsNamed) {
  SurveyMaker maker;
  give_both_families(maker);
  maker.record("west/n2").addresses.pop_back();
  EXPECT_EQ(found_in(maker),
            (std::vector<std::string>{
                "ADDR_FAMILY_MISSING warning node west/n2: west/n2: no IPv6 address, which 2 of 3 "
                "nodes of west have; IPv6 was measured only without it"}));
}

TEST(Families, OneThatAPeerIsToBeDialledByIsAnError) {
  SurveyMaker maker;
  give_both_families(maker);
  auto& addresses = maker.record("west/n2").addresses;
  addresses.erase(addresses.begin());
  maker.skip("reach", touching_n2).skip_after_reach(touching_n2);
  EXPECT_EQ(
      found_in(maker),
      (std::vector<std::string>{
          "ADDR_FAMILY_MISSING error node west/n2: west/n2: no IPv4 address, and east/n1 is to "
          "be dialled at 10.100.0.1"}));
}

TEST(Families, ASecondOneOfFewNodesIsTheirOwnAffair) {
  SurveyMaker maker;
  maker.record("west/n2").addresses.emplace_back("fd00::2");
  EXPECT_TRUE(found_in(maker).empty());
}

TEST(Families, AClusterWithOneOnlyIsNoFaultWhileThePeersAreDialledByIt) {
  SurveyMaker maker;
  for (auto const* node : {"west/n1", "west/n2", "west/n3"})
    maker.record(node).addresses.push_back(fmt::format("fd00::{}", maker.node(node)));
  EXPECT_TRUE(found_in(maker).empty());
}
}  // namespace
}  // namespace leadline
