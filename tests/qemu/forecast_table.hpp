#pragma once
#include "tests/qemu/comparison.hpp"
#include "tests/qemu/forecast_cases.hpp"

#include <string>

namespace leadline::lab {

struct PathComparison {
  std::string about;
  std::vector<Comparison> comparisons;
};

/// Checks the path, migrates its VMs over it and compares. What comes out wrong is measured again,
/// path and all, up to three times: this machine may be shared. Throws as run_job() does.
PathComparison compare(ForecastPath const& path, Places const& places);

/// A Markdown table, and below it how many are right.
std::string forecast_table(std::vector<PathComparison> const& paths);

/// All are right, and the durations in the middle within 10 %.
bool all_right(std::vector<PathComparison> const& paths);
}  // namespace leadline::lab
