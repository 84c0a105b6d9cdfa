#pragma once
#include "probes/core/checked_json.hpp"
#include "probes/linux/tcp_snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace leadline {

/// The sender's TCP_INFO while a bulk test runs, all streams of one direction together: a column
/// each, all equally long, at most 64 moments (a longer test has fewer a second).
struct TcpTimeline {
  std::vector<std::uint64_t> at_ms;                          ///< since the first sample
  std::vector<std::uint64_t> retransmitted_segments;         ///< sum, from the beginning
  std::vector<std::uint64_t> rtt_us;                         ///< smoothed; mean of the streams
  std::vector<std::uint64_t> congestion_window_segments;     ///< sum
  std::vector<std::uint64_t> delivery_rate_bits_per_second;  ///< sum
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TcpTimeline, at_ms, retransmitted_segments, rtt_us,
                                   congestion_window_segments, delivery_rate_bits_per_second)

/// One more moment; when they become too many, every other one goes, and new ones are taken as
/// seldom.
void add_moment(TcpTimeline& timeline, std::chrono::milliseconds at,
                std::span<TcpSnapshot const> streams);
}  // namespace leadline
