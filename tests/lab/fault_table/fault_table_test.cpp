#include "tests/lab/fault_table/expect_outcome.hpp"
#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <string>

// Every file of tests/lab/scenarios is a test: a lab with a fault, and what leadline must say of
// it. The files of each run stay in lab-runs/ of the build directory.

namespace leadline::lab {
namespace {
namespace fs = std::filesystem;

fs::path const scenarios = LEADLINE_SOURCE_DIR "/tests/lab/scenarios";
fs::path const runs = LEADLINE_BINARY_DIR "/lab-runs";
fs::path const lab_program = LEADLINE_BINARY_DIR "/bin/leadline-lab";

Scenario scenario_of(std::string const& name) {
  auto scenario = read_scenario(content(scenarios / (name + ".yaml")));
  if (!scenario) throw std::runtime_error{name + ": " + scenario.error().front().message};
  return *scenario;
}

/// One run of leadline-lab.
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

class FaultTable : public testing::TestWithParam<std::string> {};

TEST_P(FaultTable, NamesTheFaultAndNoOther) {
  auto const scenario = scenario_of(GetParam());
  auto const run = run_lab(GetParam(), GetParam());
  if (run.exit_code == skipped_exit_code) GTEST_SKIP() << run.errors;
  expect_outcome(scenario, run);
  if (HasFailure()) std::cout << "see " << run.directory << '\n';
}

INSTANTIATE_TEST_SUITE_P(Scenarios, FaultTable, testing::ValuesIn(scenario_names(scenarios)),
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
