#pragma once
#include "coordinator/estimate/migration_model.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace leadline {

/// Dirty rates are higher while a VM migrates than when they were measured: two to three times is
/// usual. The forecast is made for both ends.
struct DirtyFactor {
  double least{1};
  double most{2.5};
};

/// What is asked: a VM, a path, and the settings of the clusters.
struct Question {
  Workload workload;         ///< its dirty rate as it was measured, or as it is guessed
  bool dirty_rate_known{};   ///< false: only what holds for every rate can be said
  Bytes guest_memory;        ///< of the deadline: also what is zero
  BitRate least_bandwidth;   ///< of the path: the slowest that was measured
  BitRate likely_bandwidth;  ///< the middle
  BitRate most_bandwidth;
  BitRate limit{0};     ///< bandwidthPerMigration; 0: none
  int side_by_side{1};  ///< migrations that share the path
  bool auto_converge{};
  bool post_copy{};
  std::optional<std::chrono::seconds> completion_timeout_per_gib;  ///< empty: no deadline
  DirtyFactor factor;
};

/// Which end of what is known only as a range: the fastest path and the calmest guest, the middle,
/// or the slowest and the busiest.
enum class Outlook { best, likely, worst };

Forecast forecast(Question const& question, Outlook outlook);

/// What one of the migrations side by side gets of a path.
BitRate share_of(BitRate bandwidth, Question const& question);

/// What is left of the deadline when a migration ends; negative where it is cancelled.
struct Margin {
  Seconds time{};
  double share{};  ///< of the deadline
};

/// Nothing without a deadline, for what never ends, and for post-copy, which begins at the deadline
/// and is not held to it.
std::optional<Margin> margin_of(Forecast const& forecast, std::optional<Seconds> deadline);

/// What follows.
struct Estimate {
  enum class Verdict { in_time, uncertain, too_late };
  Verdict verdict{Verdict::uncertain};
  std::optional<Seconds> deadline;
  Forecast best;
  Forecast likely;
  Forecast worst;
  /// The bandwidth (of this migration's share) from which on it succeeds at the likely dirty rate;
  /// empty: none does.
  std::optional<BitRate> needed_bandwidth;
  /// The dirty rate up to which it succeeds at the likely bandwidth, octets a second; empty: at
  /// none; infinite: at any.
  std::optional<double> highest_dirty_rate;
};

std::string_view format(Estimate::Verdict verdict);

Estimate estimate(Question const& question);

/// The same question for other completion timeouts, each with its verdict.
struct TimeoutComparison {
  std::chrono::seconds per_gib;
  Seconds deadline{};
  Estimate::Verdict verdict{Estimate::Verdict::uncertain};
};

std::vector<TimeoutComparison> compare_timeouts(Question question,
                                                std::vector<std::chrono::seconds> const& timeouts);
}  // namespace leadline
