#include "tests/lab/fault_table/verdict_match.hpp"

#include <gtest/gtest.h>

namespace leadline::lab {
namespace {
using nlohmann::json;

json finding(std::string const& code, std::string const& severity, std::string const& node) {
  return {{"code", code},
          {"severity", severity},
          {"scope", {{"kind", "node"}, {"node", node}}},
          {"direction", "inbound"},
          {"evidence", {"30 of 600 packets lost", "and 5 more like these"}},
          {"consequences", {"BANDWIDTH_LOW on 2 pairs (slower than needed)"}}};
}

json report(json const& findings) {
  return {{"verdict", "not_ready"}, {"exit_code", 20}, {"findings", findings}};
}

Expectation loss_on_n2() {
  return {.verdict = "not_ready",
          .exit_code = 20,
          .findings = {{.code = "LOSS",
                        .severity = "error",
                        .scope = {{"kind", "node"}, {"node", "east/n2"}},
                        .direction = "inbound",
                        .evidence = "^[0-9]+ of 600"}},
          .also_allowed = {"REORDERING"}};
}

TEST(VerdictMatch, IsContentWithWhatWasExpectedAndWithNotes) {
  EXPECT_TRUE(differences(loss_on_n2(), report({finding("LOSS", "error", "east/n2"),
                                                finding("REORDERING", "warning", "east/n2"),
                                                finding("PATH_ROUTED", "info", "east/n1")}))
                  .empty());
}

struct Mismatch {
  json findings;
  std::size_t differences;
};

TEST(VerdictMatch, ObjectsToAnythingElse) {
  std::vector<Mismatch> const table{
      {json::array(), 1},
      {json::array({finding("LOSS", "error", "east/n1")}), 2},
      {json::array({finding("LOSS", "warning", "east/n2")}), 2},
      {json::array({finding("LOSS", "error", "east/n2"), finding("LOSS", "error", "east/n2")}), 1},
      {json::array({finding("LOSS", "error", "east/n2"), finding("LOSS", "error", "east/n1")}), 1},
      {json::array({finding("LOSS", "error", "east/n2"), finding("LATENCY_HIGH", "warning", "x")}),
       1},
      {json::array({finding("LOSS", "error", "east/n2"), finding("REORDERING", "error", "x")}), 1},
  };
  for (auto const& [findings, expected] : table)
    EXPECT_EQ(differences(loss_on_n2(), report(findings)).size(), expected) << findings;
}

TEST(VerdictMatch, ObjectsToAnotherDirectionAndToOtherEvidence) {
  auto other_way = finding("LOSS", "error", "east/n2");
  other_way["direction"] = "both";
  auto other_numbers = finding("LOSS", "error", "east/n2");
  other_numbers["evidence"] = json::array({"3 of 60 packets lost"});
  for (auto const& seen : {other_way, other_numbers})
    EXPECT_EQ(differences(loss_on_n2(), report(json::array({seen}))).size(), 2U) << seen;
}

TEST(VerdictMatch, LooksAtWhatAFindingExplains) {
  auto wanted = loss_on_n2();
  auto const seen = report(json::array({finding("LOSS", "error", "east/n2")}));
  wanted.findings[0].consequence = "^BANDWIDTH_LOW on 2 pairs";
  EXPECT_TRUE(differences(wanted, seen).empty());
  wanted.findings[0].consequence = "^BANDWIDTH_LOW on 3 pairs";
  EXPECT_EQ(differences(wanted, seen).size(), 2U);
}

TEST(VerdictMatch, LooksAtWhatAPairMeasured) {
  auto wanted = loss_on_n2();
  auto seen = report(json::array({finding("LOSS", "error", "east/n2")}));
  seen["pairs"] = {{{"source", "east/n1"},
                    {"target", "west/n1"},
                    {"observations", {{{"probe", "path_mtu"}, {"reason", "1500 octets arrive"}}}}}};
  ExpectedMeasurement const right{"east/n1", "west/n1", "path_mtu", "^1500 octets"};
  wanted.measured = {right};
  EXPECT_TRUE(differences(wanted, seen).empty());
  auto other_way = right;
  std::swap(other_way.source, other_way.target);
  auto other_probe = right;
  other_probe.probe = "reach";
  auto other_value = right;
  other_value.reason = "^9000 octets";
  for (auto const& wrong : {other_way, other_probe, other_value}) {
    wanted.measured = {wrong};
    EXPECT_EQ(differences(wanted, seen).size(), 1U) << wrong.source << wrong.probe << wrong.reason;
  }
}

TEST(VerdictMatch, ObjectsToAnotherVerdictOrExitCode) {
  auto other = report(json::array({finding("LOSS", "error", "east/n2")}));
  other["verdict"] = "ready";
  other["exit_code"] = 0;
  EXPECT_EQ(differences(loss_on_n2(), other).size(), 2U);
}

TEST(VerdictMatch, ObjectsToAnotherNumberOfPairs) {
  auto seen = report(json::array({finding("LOSS", "error", "east/n2")}));
  seen["coverage"] = json::object({{"pairs_measured", 18}});
  auto wanted = loss_on_n2();
  wanted.pairs_measured = 18;
  EXPECT_TRUE(differences(wanted, seen).empty());
  wanted.pairs_measured = 6;
  EXPECT_EQ(differences(wanted, seen).size(), 1U);
}
}  // namespace
}  // namespace leadline::lab
