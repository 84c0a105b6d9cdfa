#include "tests/lab/fault_table/expect_outcome.hpp"
#include "tests/lab/uml/cni_scenario.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <stdexcept>

// Every file of tests/lab/uml/scenarios is a test: clusters that the real CNI plugins attached, and
// what leadline must say of them. They have all been run by then, in one user-mode Linux (the test
// uml_scenarios); here it is judged.

namespace leadline::lab {
namespace {
namespace fs = std::filesystem;

fs::path const scenarios = LEADLINE_SOURCE_DIR "/tests/lab/uml/scenarios";
fs::path const runs = LEADLINE_BINARY_DIR "/lab-runs/uml";

class CniLabTable : public testing::TestWithParam<std::string> {};

TEST_P(CniLabTable, IsJudgedAsExpected) {
  auto const scenario = read_cni_scenario(scenarios / (GetParam() + ".yaml")).run;
  LabRun run{.directory = runs / GetParam(),
             .exit_code = scenario.expect.exit_code.value_or(-1),
             .errors = content(runs / GetParam() / "failed")};
  if (auto const why = content(runs / "stderr"); why.starts_with("skipped: ")) GTEST_SKIP() << why;
  if (auto const why = content(run.directory / "skipped"); !why.empty()) GTEST_SKIP() << why;
  expect_outcome(scenario, run);
  if (HasFailure()) std::cout << "see " << run.directory << '\n';
}

INSTANTIATE_TEST_SUITE_P(Scenarios, CniLabTable, testing::ValuesIn(scenario_names(scenarios)),
                         [](auto const& entry) { return entry.param; });

TEST(CniScenario, SaysWhereItIsWrong) {
  auto const file = fs::path{testing::TempDir()} / "wrong.yaml";

  struct Mistake {
    std::string yaml;
    std::string message;
  };

  std::vector<Mistake> const table{
      {"about: no plugin", "nad must be the JSON object of a CNI plugin"},
      {"nad: '{}'\nexcept: {east/n3: {after: x}}", ":2:10: there is no node or cluster east/n3"},
      {"nad: '{}'\nvlan: 2", "vlan"},
      {"nad: '{}'\nexcept: {west: {nad: '[]'}}", "nad must be the JSON object of a CNI plugin"}};
  for (auto const& [yaml, message] : table) {
    std::ofstream{file} << yaml;
    try {
      read_cni_scenario(file);
      ADD_FAILURE() << yaml;
    } catch (std::invalid_argument const& mistake) {
      EXPECT_NE(std::string{mistake.what()}.find(message), std::string::npos) << mistake.what();
    }
  }
}
}  // namespace
}  // namespace leadline::lab
