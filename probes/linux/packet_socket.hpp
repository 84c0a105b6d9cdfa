#pragma once
#include "probes/core/error.hpp"
#include "probes/wire/ethernet_frame.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <linux/filter.h>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace leadline {

/// A frame that arrived on the interface.
struct FrameArrival {
  std::span<std::byte const> octets;          ///< until the next receive
  std::optional<std::uint16_t> stripped_tag;  ///< tag control information, PACKET_AUXDATA
};

/// Whole frames of one interface (packet(7), SOCK_RAW); takes CAP_NET_RAW. It is bound to all
/// protocols: a socket of one ethertype gets frames with their tag erased. What it sent itself
/// does not come back.
class PacketSocket {
 public:
  /// Only frames that `filter` (classic BPF) lets pass are queued, so that the traffic of a
  /// migration never wakes the agent. Error of stage "configuration": no such interface, it cannot
  /// broadcast, it is down, or no permission.
  static Expected<PacketSocket> open(boost::asio::any_io_executor executor,
                                     std::string const& interface,
                                     std::span<sock_filter const> filter);

  [[nodiscard]] MacAddress const& mac() const { return mac_; }

  boost::system::error_code send(std::span<std::byte const> frame);
  /// False: nothing more is there.
  bool receive(FrameArrival& arrival);
  /// Until something is there, or the interface has gone, or `limit` has passed.
  boost::asio::awaitable<void> readable(std::chrono::steady_clock::duration limit);

  /// The interface went down or vanished while the socket was open (ENETDOWN, ENODEV).
  [[nodiscard]] boost::system::error_code broken() const { return broken_; }

 private:
  explicit PacketSocket(boost::asio::any_io_executor const& executor) : descriptor_{executor} {}

  boost::asio::posix::stream_descriptor descriptor_;
  MacAddress mac_{};
  std::vector<std::byte> buffer_;
  boost::system::error_code broken_;
};

/// Why there is no packet socket, for a sentence: "a packet socket takes CAP_NET_RAW: Operation not
/// permitted".
std::string reason_without(Error const& refusal);
}  // namespace leadline
