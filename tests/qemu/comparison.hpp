#pragma once
#include "coordinator/estimate/migration_model.hpp"
#include "tests/qemu/live_migration.hpp"

#include <optional>
#include <string>
#include <vector>

namespace leadline::lab {

/// A forecast beside the migration that it foretold.
struct Comparison {
  LiveMigration migration;
  BitRate bandwidth;  ///< that leadline measured on the path
  Forecast foretold;  ///< without a deadline
  MigrationOutcome real;
  int runs{1};  ///< how often it was measured until this outcome
};

/// The dirty rate against the bandwidth, D/B.
double dirty_share(Comparison const& comparison);

/// Not a matter of the last few per cent: D < 0.8 B, D > 1.2 B, or a working set that is sent
/// within the downtime, or not nearly.
bool is_clear(Comparison const& comparison);

/// Whether it arrives, and if so, real against foretold.
bool convergence_right(Comparison const& comparison);
std::optional<double> duration_ratio(Comparison const& comparison);
std::optional<double> downtime_ratio(Comparison const& comparison);

/// Convergence right where the case is clear, the duration within 20 %, the downtime within a
/// factor of 2.
bool is_right(Comparison const& comparison);

/// The middle of what the durations are off by; 0.1 is 10 %. Nothing where none arrived.
std::optional<double> median_duration_error(std::vector<Comparison> const& comparisons);
}  // namespace leadline::lab
