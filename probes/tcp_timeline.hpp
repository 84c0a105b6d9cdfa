#pragma once
#include "probes/core/checked_json.hpp"
#include "probes/linux/tcp_snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace leadline {

/// One end's TCP_INFO while a bulk test runs, all streams of one direction together: a column
/// each, all equally long, at most 128 moments (12.8 s of one each 100 ms; a longer test has fewer
/// a second). A sender receives nothing out of order, and a receiver sends nothing again.
struct TcpTimeline {
  std::vector<std::uint64_t> at_ms;                          ///< since the first sample
  std::vector<std::uint64_t> retransmitted_segments;         ///< sum, from the beginning
  std::vector<std::uint64_t> rtt_us;                         ///< smoothed; mean of the streams
  std::vector<std::uint64_t> congestion_window_segments;     ///< sum
  std::vector<std::uint64_t> delivery_rate_bits_per_second;  ///< sum
  std::vector<std::uint64_t> out_of_order_segments;          ///< sum, from the beginning
  std::vector<std::uint64_t> receive_space_bytes;            ///< sum
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TcpTimeline, at_ms, retransmitted_segments, rtt_us,
                                   congestion_window_segments, delivery_rate_bits_per_second,
                                   out_of_order_segments, receive_space_bytes)

/// One more moment; when they become too many, every other one goes, and new ones are taken as
/// seldom.
void add_moment(TcpTimeline& timeline, std::chrono::milliseconds at,
                std::span<TcpSnapshot const> streams);
}  // namespace leadline
