#include "tests/qemu/comparison.hpp"

#include <algorithm>
#include <cmath>

namespace leadline::lab {
namespace {
constexpr double most_duration_error = 0.20;
constexpr double most_downtime_factor = 2;

bool foretold_to_arrive(Comparison const& comparison) {
  return comparison.foretold.end == Forecast::End::converges;
}

bool arrived(Comparison const& comparison) {
  return comparison.real.end == MigrationOutcome::End::completed;
}

std::optional<double> ratio(Comparison const& comparison, Seconds real, Seconds foretold) {
  if (!arrived(comparison) || !foretold_to_arrive(comparison) || foretold.count() <= 0)
    return std::nullopt;
  return real / foretold;
}
}  // namespace

double dirty_share(Comparison const& comparison) {
  return comparison.migration.load.dirty_rate * 8 / comparison.bandwidth.per_second;
}

bool is_clear(Comparison const& comparison) {
  auto const share = dirty_share(comparison);
  auto const within_downtime =
      comparison.bandwidth.per_second / 8 * Transfer{}.downtime_limit.count();
  auto const set = static_cast<double>(comparison.migration.load.working_set.count);
  return share < 0.8 ||
         (share > 1.2 && (set < 0.8 * within_downtime || set > 1.2 * within_downtime));
}

bool convergence_right(Comparison const& comparison) {
  return arrived(comparison) == foretold_to_arrive(comparison);
}

std::optional<double> duration_ratio(Comparison const& comparison) {
  return ratio(comparison, comparison.real.duration, comparison.foretold.duration);
}

std::optional<double> downtime_ratio(Comparison const& comparison) {
  return ratio(comparison, comparison.real.downtime, comparison.foretold.downtime);
}

bool is_right(Comparison const& comparison) {
  if (!convergence_right(comparison)) return !is_clear(comparison);
  auto const duration = duration_ratio(comparison);
  auto const downtime = downtime_ratio(comparison);
  return (!duration || std::abs(*duration - 1) <= most_duration_error) &&
         (!downtime ||
          (*downtime <= most_downtime_factor && *downtime >= 1 / most_downtime_factor));
}

std::optional<double> median_duration_error(std::vector<Comparison> const& comparisons) {
  std::vector<double> errors;
  for (auto const& comparison : comparisons)
    if (auto const ratio = duration_ratio(comparison)) errors.push_back(std::abs(*ratio - 1));
  if (errors.empty()) return std::nullopt;
  auto const middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::ranges::nth_element(errors, middle);
  return *middle;
}
}  // namespace leadline::lab
