#pragma once
#include "tests/lab/scenario/scenario.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace leadline::lab {

/// Where a lab has left its files, and what it said.
struct LabRun {
  std::filesystem::path directory;
  int exit_code{};
  std::string errors;
};

/// The whole file; empty if it cannot be read.
std::string content(std::filesystem::path const& path);

/// The names of the *.yaml of a directory, sorted.
std::vector<std::string> scenario_names(std::filesystem::path const& directory);

/// Fails the test that runs for each way in which the run differs from what the scenario expects,
/// and if its report breaks the schema.
void expect_outcome(Scenario const& scenario, LabRun const& run);
}  // namespace leadline::lab
