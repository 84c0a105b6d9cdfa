#pragma once
#include "probes/core/json.hpp"
#include "probes/linux/tcp_snapshot.hpp"
#include "probes/tcp_timeline.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace leadline {

/// What one direction of a bulk test carried, what that cost, and what kept it from more.
struct BulkFlow {
  double measured_seconds{};          ///< warm-up left out
  std::uint64_t transferred_bytes{};  ///< in all, warm-up included, by the receiver's count
  double rate_bits_per_second{};  ///< by the receiver's count, warm-up left out; 0 where the byte
                                  ///< limit came too soon
  double relative_uncertainty{};  ///< half the 95 % confidence interval over the mean
  double relative_spread{};       ///< standard deviation of the samples over their mean
  double relative_drift{};  ///< mean of the second half of the samples over the first's, minus 1
  bool stopped_early{};     ///< known within 3 % before the time was up
  std::vector<double> samples_bits_per_second;  ///< per 100 ms at the receiver, warm-up left out
  std::uint64_t retransmitted_segments{};
  double sender_cpu_share{};  ///< busiest stream thread: CPU seconds per second
  double receiver_cpu_share{};
  double sender_cpu_seconds{};  ///< all stream threads, while transferred_bytes were moved
  double receiver_cpu_seconds{};
  std::string congestion_sender;  ///< what the kernel used
  std::string congestion_receiver;
  std::string sending;              ///< "splice", "write" (and why not spliced), "TLS"
  std::vector<TcpSnapshot> sender;  ///< a stream each
  std::vector<TcpSnapshot> receiver;
  TcpTimeline timeline;  ///< at the sender
  TcpTimeline receiver_timeline;
  double worst_schedule_delay_ms{};  ///< how late either end came to read its counters
  /// "rate_limit", "byte_limit", "link_speed", "sender_cpu", "receiver_cpu", "receive_window",
  /// "send_buffer", "network", "sender_starved", "receiver_starved" (that machine, not the path:
  /// inconclusive) or "".
  std::string limit;
  std::string limit_detail;  ///< one sentence with the figures behind it; may be empty
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkFlow, measured_seconds, transferred_bytes,
                                   rate_bits_per_second, relative_uncertainty, relative_spread,
                                   relative_drift, stopped_early, samples_bits_per_second,
                                   retransmitted_segments, sender_cpu_share, receiver_cpu_share,
                                   sender_cpu_seconds, receiver_cpu_seconds, congestion_sender,
                                   congestion_receiver, sending, sender, receiver, timeline,
                                   receiver_timeline, worst_schedule_delay_ms, limit, limit_detail)
}  // namespace leadline
