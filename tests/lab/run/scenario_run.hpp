#pragma once
#include "tests/lab/run/programs.hpp"

#include <chrono>
#include <functional>

namespace leadline::lab {

class Lab;

/// How a scenario is run.
struct RunSettings {
  Places places;
  bool show{};  ///< the text report on the terminal, instead of report.json
  std::chrono::seconds limit{180};
  /// What else is to be done in the lab when the check has ended, while the agents idle.
  std::function<void(Lab const&)> afterwards;
};

/// Brings the lab up, runs the agents and `leadline check` in it, and writes lab.json. Returns the
/// check's exit code. Must be called in a sandbox.
int run_scenario(Scenario const& scenario, RunSettings const& settings);
}  // namespace leadline::lab
