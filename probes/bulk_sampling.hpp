#pragma once
#include "probes/bulk_limit.hpp"
#include "probes/bulk_stream.hpp"
#include "probes/core/checked_json.hpp"
#include "probes/rate_series.hpp"
#include "probes/tcp_timeline.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace leadline {
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ThreadLoad, busiest_share, busiest_stream, all_share)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ScheduleDelay, samples, late, worst_ms)

/// The streams of one direction at one of its ends.
using BulkStreams = std::vector<std::unique_ptr<BulkStream>>;

std::uint64_t octets_of(BulkStreams const& streams);
/// All have come to their end by themselves.
bool ended(BulkStreams const& streams);
/// Why one ended that should not have; empty: none did.
std::string failure_of(BulkStreams const& streams);

/// What the receiving end of one direction counted.
struct BulkCount {
  double measured_seconds{};
  std::uint64_t transferred_bytes{};
  double rate_bits_per_second{};
  double relative_uncertainty{1};
  double relative_spread{};
  double relative_drift{};
  bool stopped_early{};
  std::vector<double> samples_bits_per_second;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkCount, measured_seconds, transferred_bytes,
                                   rate_bits_per_second, relative_uncertainty, relative_spread,
                                   relative_drift, stopped_early, samples_bits_per_second)

/// How one end of one direction fared.
struct BulkEnd {
  ThreadLoad load;
  double cpu_seconds{};
  ScheduleDelay delay;
  std::string sending;
  std::string cipher;
  std::vector<TcpSnapshot> streams;
  TcpTimeline timeline;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkEnd, load, cpu_seconds, delay, sending, cipher, streams,
                                   timeline)

/// Reads the counters of streams that run, again and again. One thread; outlived by the streams.
class BulkSampling {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds period{100};

  BulkSampling(BulkStreams const& streams, std::chrono::nanoseconds warm_up);

  /// Samples, as was planned for `due`; streams that have ended give no full sample, so none. Until
  /// the first octet has moved there is nothing to sample yet: a handshake is no slow start.
  void take(Clock::time_point due);

  void stop_early() { stopped_early_ = true; }

  [[nodiscard]] bool known() const { return series_.known(); }

  [[nodiscard]] Clock::time_point began() const { return began_; }

  /// Now, while the streams still run; BulkEnd::sending is known only once they are stopped.
  [[nodiscard]] BulkCount count() const;
  [[nodiscard]] BulkEnd end() const;

 private:
  void describe_short_transfer(BulkCount& count) const;

  BulkStreams const& streams_;
  Clock::time_point began_;
  RateSeries series_;
  TcpTimeline timeline_;
  ScheduleDelay delay_;
  bool stopped_early_{};
};

/// When to sample again: whole periods after `due`, later than now. What a late wake-up has missed
/// is not made up for by samples of no length.
BulkSampling::Clock::time_point next_sample(BulkSampling::Clock::time_point due,
                                            BulkSampling::Clock::time_point now);

/// Samples them all until cancelled.
boost::asio::awaitable<void> keep_sampling(std::vector<BulkSampling*> samplings);
}  // namespace leadline
