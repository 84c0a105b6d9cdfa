#include "tests/lab/fault_table/report_schema.hpp"
#include "tests/lab/fault_table/verdict_match.hpp"
#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

// Every file of tests/lab/scenarios is a test: a lab with a fault, and what leadline must say of
// it. The files of each run stay in lab-runs/ of the build directory.

namespace leadline::lab {
namespace {
namespace fs = std::filesystem;

fs::path const scenarios = LEADLINE_SOURCE_DIR "/tests/lab/scenarios";
fs::path const schema = LEADLINE_SOURCE_DIR "/coordinator/report/report.schema.json";
fs::path const runs = LEADLINE_BINARY_DIR "/lab-runs";
fs::path const lab_program = LEADLINE_BINARY_DIR "/bin/leadline-lab";

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (auto const& entry : fs::directory_iterator{scenarios})
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

std::string content(fs::path const& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

Scenario scenario_of(std::string const& name) {
  auto scenario = read_scenario(content(scenarios / (name + ".yaml")));
  if (!scenario) throw std::runtime_error{name + ": " + scenario.error().front().message};
  return *scenario;
}

/// The end of a log, for the message of a failure.
std::string tail(fs::path const& path) {
  auto const text = content(path);
  constexpr std::size_t enough = 4000;
  return text.size() > enough ? text.substr(text.size() - enough) : text;
}

/// One run of leadline-lab.
struct LabRun {
  fs::path directory;
  int exit_code{};
  std::string errors;
};

LabRun run_lab(std::string const& scenario, std::string const& name) {
  LabRun run{.directory = runs / name, .exit_code = 0, .errors = {}};
  fs::remove_all(run.directory);
  fs::create_directories(run.directory);
  {
    auto const errors = create_file(run.directory / "lab.stderr");
    run.exit_code =
        wait_for(start({.words = {lab_program.string(), (scenarios / (scenario + ".yaml")).string(),
                                  "--out", run.directory.string()},
                        .standard_error = errors.get()}));
  }
  run.errors = content(run.directory / "lab.stderr");
  return run;
}

void expect_report(Expectation const& expected, fs::path const& directory,
                   std::string const& name) {
  auto const report =
      nlohmann::json::parse(content(directory / (name + ".report.json")), nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << "no report; " << name << ".stderr ends:\n"
                                      << tail(directory / (name + ".stderr"));
  for (auto const& difference : differences(expected, report)) ADD_FAILURE() << difference;
  for (auto const& violation : schema_violations(report, schema)) ADD_FAILURE() << violation;
}

void expect_second_run(Expectation const& expected, fs::path const& directory,
                       nlohmann::json const& record) {
  EXPECT_LE(record.at("traffic_after_end_seconds"), 5.0)
      << "agents must stop within 5 s of losing the coordinator";
  EXPECT_EQ(record.at("then").at("exit_code"), expected.exit_code.value_or(-1));
  expect_report(expected, directory, "then");
}

void expect_outcome(Scenario const& scenario, LabRun const& run) {
  auto const record = nlohmann::json::parse(content(run.directory / "lab.json"), nullptr, false);
  ASSERT_FALSE(record.is_discarded())
      << "the lab ended with " << run.exit_code << ": " << run.errors;
  EXPECT_FALSE(record.at("out_of_time"));
  EXPECT_EQ(record.at("events").size(), scenario.events.size());
  EXPECT_EQ(record.at("exit_code"), scenario.expect.exit_code.value_or(-1));
  EXPECT_EQ(run.exit_code, scenario.expect.exit_code.value_or(-1));
  if (!scenario.expect.verdict.empty()) expect_report(scenario.expect, run.directory, "check");
  if (scenario.then_expect) expect_second_run(*scenario.then_expect, run.directory, record);
}

class FaultTable : public testing::TestWithParam<std::string> {};

TEST_P(FaultTable, NamesTheFaultAndNoOther) {
  auto const scenario = scenario_of(GetParam());
  auto const run = run_lab(GetParam(), GetParam());
  if (run.exit_code == skipped_exit_code) GTEST_SKIP() << run.errors;
  expect_outcome(scenario, run);
  if (HasFailure()) std::cout << "see " << run.directory << '\n';
}

INSTANTIATE_TEST_SUITE_P(Scenarios, FaultTable, testing::ValuesIn(scenario_names()),
                         [](auto const& entry) { return entry.param; });

TEST(HealthyLab, IsReadyTwentyTimesInARow) {
  auto const scenario = scenario_of("healthy_quick");
  for (int i = 1; i <= 20 && !HasFailure(); ++i) {
    auto const run = run_lab("healthy_quick", "healthy_repeated");
    if (run.exit_code == skipped_exit_code) GTEST_SKIP() << run.errors;
    expect_outcome(scenario, run);
    if (HasFailure()) std::cout << "run " << i << ": see " << run.directory << '\n';
  }
}
}  // namespace
}  // namespace leadline::lab
