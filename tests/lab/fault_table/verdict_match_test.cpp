#include "tests/lab/fault_table/verdict_match.hpp"

#include <gtest/gtest.h>

namespace leadline::lab {
namespace {
using nlohmann::json;

json finding(std::string const& code, std::string const& severity, std::string const& node) {
  return {{"code", code}, {"severity", severity}, {"scope", {{"kind", "node"}, {"node", node}}}};
}

json report(json const& findings) {
  return {{"verdict", "not_ready"}, {"exit_code", 20}, {"findings", findings}};
}

Expectation loss_on_n2() {
  return {.verdict = "not_ready",
          .exit_code = 20,
          .findings = {{.code = "LOSS",
                        .severity = {},
                        .scope = {{"kind", "node"}, {"node", "east/n2"}}}},
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
      {json::array({finding("LOSS", "error", "east/n2"), finding("LOSS", "error", "east/n1")}), 1},
      {json::array({finding("LOSS", "error", "east/n2"), finding("LATENCY_HIGH", "warning", "x")}),
       1},
      {json::array({finding("LOSS", "error", "east/n2"), finding("REORDERING", "error", "x")}), 1},
  };
  for (auto const& [findings, expected] : table)
    EXPECT_EQ(differences(loss_on_n2(), report(findings)).size(), expected) << findings;
}

TEST(VerdictMatch, ObjectsToAnotherVerdictOrExitCode) {
  auto other = report(json::array({finding("LOSS", "error", "east/n2")}));
  other["verdict"] = "ready";
  other["exit_code"] = 0;
  EXPECT_EQ(differences(loss_on_n2(), other).size(), 2U);
}
}  // namespace
}  // namespace leadline::lab
