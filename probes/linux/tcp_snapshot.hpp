#pragma once
#include "probes/core/checked_json.hpp"

#include <cstdint>
#include <string>

namespace leadline {

/// One end's view of a TCP connection (TCP_INFO, linux/tcp.h), taken at one moment.
struct TcpSnapshot {
  std::string state;
  std::string congestion_control;
  bool timestamps{};               ///< RFC 7323: takes 12 octets of every segment
  std::uint32_t send_mss{};        ///< octets of payload, options already taken off
  std::uint32_t advertised_mss{};  ///< the same of what this end offered to take
  std::uint32_t path_mtu{};        ///< octets, tcpi_pmtu
  std::uint32_t rtt_us{};
  std::uint32_t min_rtt_us{};
  std::uint32_t congestion_window_segments{};
  std::uint64_t acknowledged_bytes{};
  std::uint64_t received_bytes{};
  std::uint32_t retransmitted_segments{};
  std::uint32_t lost_segments{};
  std::uint32_t backoff{};
  std::uint64_t delivery_rate_bits_per_second{};
  std::uint64_t busy_us{};
  std::uint64_t receive_window_limited_us{};
  std::uint64_t send_buffer_limited_us{};
  std::uint32_t out_of_order_segments{};         ///< received so
  std::uint32_t receive_space_bytes{};           ///< what the reader took in one round trip
  std::uint64_t pacing_limit_bits_per_second{};  ///< SO_MAX_PACING_RATE; 0: none
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TcpSnapshot, state, congestion_control, timestamps, send_mss,
                                   advertised_mss, path_mtu, rtt_us, min_rtt_us,
                                   congestion_window_segments, acknowledged_bytes, received_bytes,
                                   retransmitted_segments, lost_segments, backoff,
                                   delivery_rate_bits_per_second, busy_us,
                                   receive_window_limited_us, send_buffer_limited_us,
                                   out_of_order_segments, receive_space_bytes,
                                   pacing_limit_bits_per_second)

/// Reads TCP_INFO and TCP_CONGESTION of a connected descriptor; all zero if it is closed.
TcpSnapshot tcp_snapshot(int descriptor);
}  // namespace leadline
