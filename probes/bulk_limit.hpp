#pragma once
#include "probes/core/units.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace leadline {

/// How busy the stream threads of one end were.
struct ThreadLoad {
  double busiest_share{};  ///< CPU seconds per second
  int busiest_stream{};    ///< which, from 0
  double all_share{};      ///< all threads over all processors that they may use
};

/// How late an end came to read its counters: a stopped clock for what its threads suffered.
struct ScheduleDelay {
  int samples{};
  int late{};  ///< by more than 20 ms
  double worst_ms{};
};

/// What is known of one direction of a bulk test when it has ended.
struct FlowFacts {
  BitRate rate;
  std::uint64_t transferred_bytes{};
  double measured_seconds{};
  BitRate rate_limit;  ///< 0: none
  Bytes byte_limit;    ///< 0: none
  BitRate link_speed;  ///< the slower end's; 0: unknown
  ThreadLoad sender;
  ThreadLoad receiver;
  ScheduleDelay sender_delay;
  ScheduleDelay receiver_delay;
  double busy_seconds{};                    ///< TCP_INFO, of all streams: with something to send,
  double receive_window_limited_seconds{};  ///< of that, waiting for the receiver's window,
  double send_buffer_limited_seconds{};     ///< and for room in the send buffer
  std::uint64_t retransmitted_segments{};
  BitRate delivery_rate;  ///< the kernel's own estimate, all streams
};

/// Names of limits: that end's machine had no time to measure, and the rate means nothing.
constexpr std::string_view sender_starved = "sender_starved";
constexpr std::string_view receiver_starved = "receiver_starved";

/// Octets arrived at first, and none any more since: no rate was measured either.
constexpr std::string_view flow_stalled = "stalled";

/// What kept the flow from going faster: a name of BulkFlow::limit, and the figures in a sentence.
struct FlowLimit {
  std::string name;
  std::string detail;
  bool operator==(FlowLimit const&) const = default;
};

/// The first that applies: a transfer that its byte limit cut too short, a starved end (then the
/// rate means nothing), a flow that stalled, the limits that were set (of which a rate at or above
/// the speed of the link is none), the processors, the link, the windows, and what remains is the
/// network.
FlowLimit limit_of(FlowFacts const& facts);

/// The byte limit ended it before there was a rate to measure: what queues on the way hold passes
/// at any speed.
bool cut_short(FlowFacts const& facts);

/// More than half of the samples late, and three at least: one hiccup spoils no test.
bool starved(ScheduleDelay const& delay);
}  // namespace leadline
