#include "tests/qemu/lab_job.hpp"

#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/run/scenario_run.hpp"

#include <fmt/format.h>

#include <fstream>

namespace leadline::lab {
namespace {
using nlohmann::json;

constexpr int lab_failed = 70;  // apart from the exit codes of `leadline check` (sysexits.h)

json read_json(std::filesystem::path const& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{"there is no " + path.string()};
  return json::parse(file);
}

int in_lab(LabJob const& job, Places const& places) {
  auto const migrate_all = [&](Lab const& lab) {
    std::vector<MigrationOutcome> outcomes;
    for (auto const& migration : job.migrations)
      outcomes.push_back(migrate(migration, lab, places, outcomes.size() + 1));
    std::ofstream{places.directory / "migrations.json"} << json(outcomes).dump(2) << '\n';
  };
  try {
    return run_scenario(job.scenario, {.places = places, .afterwards = migrate_all});
  } catch (SkippedLab const&) {
    throw;
  } catch (std::exception const& error) {
    fmt::print(stderr, "lab: {}\n", error.what());
    return lab_failed;
  }
}
}  // namespace

JobOutcome run_job(LabJob const& job, Places const& places) {
  std::filesystem::remove_all(places.directory);  // of an earlier run
  std::filesystem::create_directories(places.directory);
  auto const code = run_in_sandbox([&] { return in_lab(job, places); });
  if (code == skipped_exit_code) throw SkippedLab{"the reason is above"};
  if (code == lab_failed) throw std::runtime_error{"the lab failed, for the reason above"};
  return {.exit_code = code,
          .report = read_json(places.directory / "check.report.json"),
          .migrations =
              read_json(places.directory / "migrations.json").get<std::vector<MigrationOutcome>>()};
}
}  // namespace leadline::lab
