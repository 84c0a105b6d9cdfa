#include "coordinator/estimate/migration_model.hpp"

#include <algorithm>
#include <cmath>

namespace leadline {
namespace {
// QEMU's defaults: cpu-throttle-initial, cpu-throttle-increment and max-cpu-throttle.
constexpr double first_throttle = 0.20;
constexpr double more_throttle = 0.10;
constexpr double most_throttle = 0.99;
/// It judges by periods of a second at least (migration_bitmap_sync).
constexpr double least_period = 1;
/// It sends for 50 ms (MAX_WAIT) between two looks at what remains: on average it comes half of
/// that below the limit, and what the guest wrote meanwhile must fit into the rest.
constexpr double overshoot = 0.025;
/// Far more passes than any migration within a deadline makes; below it the remainder shrinks by
/// less than a hundred-thousandth a pass.
constexpr int most_passes = 2000;

/// The pre-copy of memory, pass by pass.
class PreCopy {
 public:
  PreCopy(Workload const& workload, Transfer const& transfer, double rate)
      : workload_{workload},
        transfer_{transfer},
        rate_{rate},
        switch_over_{rate * transfer.downtime_limit.count()},
        kept_{rate * std::max(transfer.downtime_limit.count() - overshoot, 0.0)},
        remaining_{static_cast<double>(workload.memory.count)} {}

  /// Sends until the rest fits into the downtime. False: it never will.
  bool run(Forecast& result) {
    note(result);
    while (remaining_ > switch_over_) {
      if (result.passes == most_passes || stands_still(result)) return false;
      pass(result);
    }
    result.downtime = Seconds{remaining_ / rate_};
    time_ += remaining_ / rate_;
    remaining_ = 0;
    note(result);
    return true;
  }

  [[nodiscard]] double time() const { return time_; }

 private:
  void note(Forecast& result) const {
    result.course.push_back({result.disk_time + Seconds{time_}, remaining_});
  }

  [[nodiscard]] double dirty_rate() const { return workload_.dirty_rate * (1 - throttle_); }

  /// What a pass takes, and what remains after it. QEMU looks for pages that were written to once
  /// what it knows of would fit into the downtime, and not before.
  struct Pass {
    double duration{};
    double left{};
    double beside{};  ///< of what is left, that the guest does not write to
  };

  [[nodiscard]] Pass next(int passes) const {
    auto const sent = remaining_ - kept_;
    auto const duration = sent / rate_;
    auto const dirtied = std::min(dirty_rate() * duration, working_set());
    // The first pass keeps the end of memory.
    if (passes == 0) return {duration, kept_ + dirtied, kept_};
    // What of the working set is still to be sent cannot be dirtied once more.
    auto const beside = std::max(beside_ - sent, 0.0);
    auto const fresh = std::max(working_set() - (kept_ - beside), 0.0);
    return {duration, kept_ + std::min(dirtied, fresh), beside};
  }

  /// The next pass would leave as much as this one, and nothing is going to change that: what the
  /// guest does not write to is sent, or none of it is going to be.
  [[nodiscard]] bool stands_still(Forecast const& result) const {
    if (transfer_.auto_converge && throttle_ < most_throttle) return false;
    auto const after = next(result.passes);
    return result.passes > 0 && after.left >= remaining_ && after.beside >= beside_;
  }

  [[nodiscard]] double working_set() const {
    return static_cast<double>(std::min(workload_.working_set, workload_.memory).count);
  }

  void pass(Forecast& result) {
    auto const [duration, left, beside] = next(result.passes);
    auto const sent = remaining_ - kept_;
    auto const dirtied = left - kept_;
    time_ += duration;
    remaining_ = left;
    beside_ = beside;
    ++result.passes;
    note(result);
    throttle(result, duration, dirtied, sent);
  }

  /// The guest is slowed when more than half of what was sent was dirtied meanwhile, twice running.
  void throttle(Forecast& result, double duration, double dirtied, double sent) {
    period_ += duration;
    dirtied_ += dirtied;
    sent_ += sent;
    if (!transfer_.auto_converge || period_ < least_period) return;
    slow_periods_ = dirtied_ > sent_ / 2 ? slow_periods_ + 1 : 0;
    period_ = dirtied_ = sent_ = 0;
    if (slow_periods_ < 2) return;
    slow_periods_ = 0;
    throttle_ =
        throttle_ == 0 ? first_throttle : std::min(throttle_ + more_throttle, most_throttle);
    result.least_throttle = throttle_;
  }

  Workload const& workload_;
  Transfer const& transfer_;
  double rate_;
  double switch_over_;  ///< fits into the downtime
  double kept_;         ///< remains when QEMU looks again
  double remaining_;
  double beside_{};
  double time_{};
  double throttle_{};
  double period_{};
  double dirtied_{};
  double sent_{};
  int slow_periods_{};
};

/// After the deadline the guest runs on the other side, and what is missing there follows: all that
/// was not sent, once.
void finish_by_post_copy(Forecast& result, double rate, Seconds deadline) {
  auto const after = std::ranges::find_if(
      result.course, [&](Milestone const& milestone) { return milestone.time >= deadline; });
  auto remaining = result.course.back().remaining;
  if (after != result.course.end() && after != result.course.begin()) {
    // Between two milestones the remainder is what the pass has not sent yet, and what it dirtied.
    auto const& [t0, r0] = *std::prev(after);
    auto const& [t1, r1] = *after;
    auto const share = (deadline - t0) / (t1 - t0);
    remaining = r0 * (1 - share) + r1 * share;
    result.course.erase(after, result.course.end());
  }
  result.course.push_back({deadline, remaining});
  result.duration = deadline + Seconds{remaining / rate};
  result.course.push_back({result.duration, 0});
  result.end = Forecast::End::post_copy;
}
}  // namespace

Seconds deadline_of(std::chrono::seconds per_gib, Bytes memory, Bytes disk) {
  constexpr double unit = 1e9;
  return std::ceil(static_cast<double>((memory + disk).count) / unit) * Seconds{per_gib};
}

Forecast forecast(Workload const& workload, Transfer const& transfer,
                  std::optional<Seconds> deadline) {
  Forecast result;
  auto const rate = transfer.bandwidth.per_second / 8;
  if (!(rate > 0)) return result;
  result.disk_time = Seconds{static_cast<double>(workload.disk.count) / rate};
  if (workload.disk.count > 0)
    result.course.push_back(
        {Seconds{0}, static_cast<double>((workload.memory + workload.disk).count)});
  PreCopy memory{workload, transfer, rate};
  bool const converges = memory.run(result);
  result.duration = converges ? result.disk_time + Seconds{memory.time()} : Seconds{0};
  if (converges && (!deadline || result.duration <= *deadline))
    result.end = Forecast::End::converges;
  else if (deadline && transfer.post_copy)
    finish_by_post_copy(result, rate, *deadline);
  else
    result.end = converges ? Forecast::End::cancelled : Forecast::End::never;
  return result;
}

bool succeeds(Forecast const& forecast) {
  return forecast.end == Forecast::End::converges || forecast.end == Forecast::End::post_copy;
}

std::string_view format(Forecast::End end) {
  switch (end) {
    case Forecast::End::converges:
      return "converges";
    case Forecast::End::post_copy:
      return "post_copy";
    case Forecast::End::cancelled:
      return "cancelled";
    case Forecast::End::never:
      break;
  }
  return "never";
}
}  // namespace leadline
