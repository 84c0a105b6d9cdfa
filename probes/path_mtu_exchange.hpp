#pragma once
#include "probes/core/path.hpp"
#include "probes/linux/udp_probe_socket.hpp"
#include "probes/path_mtu_search.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

namespace leadline {

/// Carries the rounds of a path MTU search over a connected socket: sends the sizes, hears from the
/// peer which of them it saw, and knows when to stop waiting.
class PathMtuExchange {
 public:
  using Clock = std::chrono::steady_clock;

  /// Nothing is sent or awaited after `deadline`.
  PathMtuExchange(UdpProbeSocket socket, Path path, Clock::time_point deadline);

  /// Sends sentinels until one is answered: the neighbour's address gets resolved and the round
  /// trip known before a burst. False: no answer before the deadline.
  boost::asio::awaitable<bool> find_peer();

  /// About one round trip: what is unanswered when a small packet sent after it has been answered
  /// is lost. A round with a control packet: its pause and some chance before, so that nodes do not
  /// send in step; and when the control packet is unanswered after three round trips, it is lost.
  boost::asio::awaitable<PathMtuSearch::Outcome> carry(PathMtuSearch::Round round);

  /// Size of the IP packet that carries nothing but a datagram.
  [[nodiscard]] std::uint32_t sentinel_octets() const { return sentinel_octets_; }

  [[nodiscard]] bool out_of_time() const { return Clock::now() >= deadline_; }

  [[nodiscard]] UdpProbeSocket const& socket() const { return socket_; }

  [[nodiscard]] std::uint32_t believed_path_mtu() { return socket_.believed_path_mtu(); }

  [[nodiscard]] Clock::duration round_trip() const { return round_trip_; }

  void expect_round_trip(Clock::duration time) { round_trip_ = time; }

  [[nodiscard]] int packets_sent() const { return packets_sent_; }

  [[nodiscard]] int ttl_seen() const { return ttl_seen_; }

 private:
  struct Sent {
    std::uint32_t octets{};
    Clock::time_point at;
  };

  boost::asio::awaitable<UdpProbeSocket::Sent> send(std::uint32_t octets);
  boost::asio::awaitable<void> carry_lone(PathMtuSearch::Round round);
  boost::asio::awaitable<void> send_burst(PathMtuSearch::Round round);
  boost::asio::awaitable<void> await_sentinel(std::uint32_t largest_sent);
  boost::asio::awaitable<void> settle(std::uint32_t largest_sent);
  void await_marker(std::uint32_t octets);
  [[nodiscard]] bool arrived(std::uint32_t octets) const;
  boost::asio::awaitable<void> hear(Clock::time_point until);
  void hear_what_is_there();
  void take(Arrival const& arrival);
  [[nodiscard]] std::set<std::uint32_t> signalled() const;

  UdpProbeSocket socket_;
  Path path_;
  Clock::time_point deadline_;
  std::uint32_t session_;
  std::uint32_t sentinel_octets_;
  std::vector<std::byte> packet_;
  std::vector<Sent> sent_;  ///< by sequence number
  std::set<std::uint32_t> confirmed_;
  std::set<std::uint32_t> too_big_here_;
  std::uint32_t marker_octets_{};  ///< of a sentinel, or of a control packet
  std::uint32_t first_marker_{};   ///< sequence number of this round's first
  bool marker_answered_{};
  Clock::duration round_trip_{};
  std::size_t unpaced_octets_{};
  std::minstd_rand chance_{session_};
  int packets_sent_{};
  int ttl_seen_{};
};
}  // namespace leadline
