#pragma once
#include "probes/core/error.hpp"
#include "probes/linux/error_queue.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace leadline {

/// A packet as it arrived, with what the kernel told about it (ip(7), ipv6(7), timestamping.rst).
struct Arrival {
  std::span<std::byte const> packet;  ///< into the socket's buffer: valid until the next receive
  std::uint32_t ip_octets{};          ///< size of the IP packet, headers included
  boost::asio::ip::udp::endpoint from;
  std::uint64_t received_ns{};  ///< kernel receive stamp, CLOCK_REALTIME
  bool kernel_stamp{};          ///< false: stamped on reading, the time includes scheduling
  std::uint8_t ttl{};
  std::uint8_t tos{};
  std::uint32_t dropped{};  ///< SO_RXQ_OVFL: packets that this socket lost so far
};

/// What IP and UDP put before the payload: the packet's size is this and the payload's.
inline std::uint32_t ip_and_udp_octets(boost::asio::ip::address const& address) {
  return address.is_v4() ? 20 + 8 : 40 + 8;
}

/// CLOCK_REALTIME, the clock of the kernel's stamps.
std::uint64_t realtime_ns();

/// A UDP socket made for measuring: never fragments (PMTUDISC_PROBE), keeps ICMP errors as
/// evidence, sees TTL and TOS, starts with a TTL of 64, and stamps in the kernel. Needs no
/// capability. One thread.
class UdpProbeSocket {
 public:
  enum class Fragmentation { probe, obey_path_mtu };  ///< IP_PMTUDISC_PROBE, IP_PMTUDISC_DO

  struct Options {
    Fragmentation fragmentation{Fragmentation::probe};
    bool send_stamps{false};
    std::uint8_t tos{0};
    bool errors_by_peer{false};  ///< keep what take_undelivered() gives
  };

  /// Binds to `local` (port 0: any). Error: the stage "configuration" and what bind or setsockopt
  /// said.
  static Expected<UdpProbeSocket> open(boost::asio::any_io_executor executor,
                                       boost::asio::ip::udp::endpoint local, Options options);

  /// connect(2): ICMP errors then come back for this peer only.
  boost::system::error_code connect(boost::asio::ip::udp::endpoint const& peer);

  /// `no_room_here`: the queue of the own interface is full, or memory is short; a moment later the
  /// packet may go. A full queue is noted in the evidence, as of the origin "local".
  enum class Sent { yes, too_big_here, no_room_here, failed };
  /// Never blocks. EMSGSIZE, ECONNREFUSED and EHOSTUNREACH of an earlier packet are drained into
  /// the evidence and the send tried once more; `too_big_here` only where the kernel says the limit
  /// is local.
  Sent send(std::span<std::byte const> packet);
  Sent send_to(std::span<std::byte const> packet, boost::asio::ip::udp::endpoint const& peer);

  /// What the system said when the last send did not give `yes`, e.g. network_unreachable.
  [[nodiscard]] boost::system::error_code send_error() const { return send_error_; }

  /// The next packet that is there already; false if none.
  bool receive(Arrival& arrival);
  /// Waits until a packet or an error is there, or `limit` has passed; drains the error queue.
  boost::asio::awaitable<void> readable(std::chrono::steady_clock::duration limit);

  /// Reads the error queue: evidence and send stamps collected so far go to the caller.
  void drain_errors();

  [[nodiscard]] std::vector<IcmpEvidence> const& evidence() const { return errors_.evidence; }

  std::vector<SendStamp> take_send_stamps();
  /// What was said about packets to each peer, since the last call.
  std::vector<Undelivered> take_undelivered();

  /// IP_MTU of a connected socket: what the kernel believes the path carries; 0 if unknown.
  [[nodiscard]] std::uint32_t believed_path_mtu();
  boost::system::error_code set_ttl(int hops);
  [[nodiscard]] boost::asio::ip::udp::endpoint local() const;
  void close();

 private:
  explicit UdpProbeSocket(boost::asio::any_io_executor const& executor) : socket_{executor} {}

  Sent send_message(std::span<std::byte const> packet, boost::asio::ip::udp::endpoint const* peer);

  boost::asio::ip::udp::socket socket_;
  std::vector<std::byte> buffer_;
  ErrorQueue errors_;
  boost::system::error_code send_error_;
};
}  // namespace leadline
