#pragma once
#include "tests/lab/scenario/scenario.hpp"
#include "tests/qemu/live_migration.hpp"

#include <filesystem>
#include <vector>

namespace leadline::lab {

/// A lab in which leadline checks the network, and real VMs migrate over it afterwards.
struct LabJob {
  Scenario scenario;
  std::vector<LiveMigration> migrations;  ///< one after the other
};

struct JobOutcome {
  int exit_code{};        ///< of `leadline check`
  nlohmann::json report;  ///< what it wrote
  std::vector<MigrationOutcome> migrations;
};

/// Runs the job in a sandbox; its files go to `places.directory`. Throws SkippedLab where this
/// machine permits no lab or has no QEMU, std::runtime_error if the lab fails.
JobOutcome run_job(LabJob const& job, Places const& places);
}  // namespace leadline::lab
