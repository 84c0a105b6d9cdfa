#include "tests/qemu/forecast_table.hpp"

#include "coordinator/estimate/measured_bandwidth.hpp"
#include "probes/core/quantity.hpp"
#include "tests/qemu/lab_job.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline::lab {
namespace {
constexpr int most_runs = 3;
constexpr double most_median_error = 0.10;

Scenario scenario_of(std::string const& yaml) {
  auto scenario = read_scenario(yaml);
  if (!scenario) throw std::logic_error{scenario.error().front().message};
  return *std::move(scenario);
}

/// What the check measured in the direction of the migration, with as many streams.
BitRate measured(nlohmann::json report, LiveMigration const& migration) {
  auto& pairs = report["pairs"];
  std::erase_if(pairs.get_ref<nlohmann::json::array_t&>(), [&](nlohmann::json const& pair) {
    return pair["source"] != migration.source || pair["target"] != migration.target;
  });
  auto const bandwidth = read_measured_bandwidth(report, migration.streams);
  if (!bandwidth) throw std::runtime_error{bandwidth.error()};
  return bandwidth->median;
}

Comparison compared(LiveMigration const& migration, JobOutcome const& job,
                    MigrationOutcome const& real, int runs) {
  auto const& load = migration.load;
  auto const bandwidth = measured(job.report, migration);
  return {
      .migration = migration,
      .bandwidth = bandwidth,
      .foretold = forecast(
          {.memory = load.memory, .dirty_rate = load.dirty_rate, .working_set = load.working_set},
          {.bandwidth = bandwidth}, std::nullopt),
      .real = real,
      .runs = runs};
}

std::string percent_off(std::optional<double> ratio) {
  return ratio ? fmt::format("{:+.1f} %", (*ratio - 1) * 100) : "";
}

std::string seconds(Seconds time) {
  return fmt::format("{:.2f} s", time.count());
}

std::string foretold_text(Forecast const& forecast) {
  return forecast.end == Forecast::End::converges
             ? fmt::format("{}, {}", seconds(forecast.duration), seconds(forecast.downtime))
             : "never";
}

std::string real_text(MigrationOutcome const& real) {
  switch (real.end) {
    case MigrationOutcome::End::completed:
      return fmt::format("{}, {}", seconds(real.duration), seconds(real.downtime));
    case MigrationOutcome::End::cancelled:
      return fmt::format("not after {}", seconds(real.duration));
    case MigrationOutcome::End::failed:
      break;
  }
  return "failed: " + real.error;
}

std::string row(std::string const& about, Comparison const& comparison) {
  auto const& [migration, bandwidth, foretold, real, runs] = comparison;
  auto const downtime = downtime_ratio(comparison);
  return fmt::format(
      "| {} | {}{} | {} | {}, {} | {:.2f} | {} | {} | {} | {} | {}{} |\n", about,
      migration.streams == 1 ? "1 stream" : fmt::format("{} streams", migration.streams),
      migration.tls ? ", TLS" : "", format(bandwidth), format(migration.load.memory),
      format(migration.load.working_set), dirty_share(comparison), foretold_text(foretold),
      real_text(real), percent_off(duration_ratio(comparison)),
      downtime ? fmt::format("{:.2f}", *downtime) : "", is_right(comparison) ? "right" : "WRONG",
      runs == 1 ? "" : fmt::format(", run {}", runs));
}

std::vector<Comparison> all_of(std::vector<PathComparison> const& paths) {
  std::vector<Comparison> all;
  for (auto const& path : paths)
    all.insert(all.end(), path.comparisons.begin(), path.comparisons.end());
  return all;
}
}  // namespace

PathComparison compare(ForecastPath const& path, Places const& places) {
  PathComparison result{.about = path.about, .comparisons = {}};
  result.comparisons.resize(path.migrations.size());
  std::vector<std::size_t> open(path.migrations.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (int run = 1; run <= most_runs && !open.empty(); ++run) {
    LabJob job{.scenario = scenario_of(path.scenario), .migrations = {}};
    for (auto const index : open) job.migrations.push_back(path.migrations[index]);
    auto const outcome = run_job(job, places);
    for (std::size_t i = 0; i < open.size(); ++i)
      result.comparisons[open[i]] =
          compared(job.migrations[i], outcome, outcome.migrations.at(i), run);
    std::erase_if(open, [&](std::size_t index) { return is_right(result.comparisons[index]); });
  }
  return result;
}

std::string forecast_table(std::vector<PathComparison> const& paths) {
  std::string text =
      "| path | sent by | measured | memory, working set | D/B | forecast: duration, downtime | "
      "QEMU: duration, downtime | duration | downtime | |\n"
      "|---|---|---|---|---|---|---|---|---|---|\n";
  for (auto const& path : paths)
    for (auto const& comparison : path.comparisons) text += row(path.about, comparison);
  auto const all = all_of(paths);
  text += fmt::format("\n{} of {} right", std::ranges::count_if(all, is_right), all.size());
  if (auto const error = median_duration_error(all))
    text += fmt::format("; durations off by {:.1f} % in the middle", *error * 100);
  return text + "\n";
}

bool all_right(std::vector<PathComparison> const& paths) {
  auto const all = all_of(paths);
  return std::ranges::all_of(all, is_right) &&
         median_duration_error(all).value_or(0) <= most_median_error;
}
}  // namespace leadline::lab
