#pragma once
#include "probes/latency.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace leadline {

/// One probe packet of a latency session and its first answer. T1 and T4 by the own clock, T2 and
/// T3 by the peer's: they are never subtracted across.
struct LatencySample {
  std::uint64_t sent_ns{};      ///< T1
  std::uint64_t received_ns{};  ///< T2
  std::uint64_t answered_ns{};  ///< T3
  std::uint64_t back_ns{};      ///< T4; 0: no answer came
};

/// What a session of probe packets saw, before anything is reckoned.
struct LatencySession {
  std::vector<LatencySample> samples;   ///< by sequence number, as many as were sent
  std::vector<std::uint32_t> arrivals;  ///< sequence numbers in the order of their first answers
  std::uint32_t duplicates{};           ///< further answers to the same packet
  std::uint32_t peers_highest_count{};  ///< requests that reached the peer, by its own word
  /// What the peer itself had lost at the first of its answers, and at the last.
  std::uint32_t peers_drops_before{std::numeric_limits<std::uint32_t>::max()};
  std::uint32_t peers_drops_after{};
};

/// Fills in counts, losses, percentiles and jitter; the socket's own figures stay as they are.
void summarise(LatencySession const& session, Latency::Result& result);
}  // namespace leadline
