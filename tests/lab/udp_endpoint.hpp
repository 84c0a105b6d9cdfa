#pragma once
#include "tests/lab/network/file_descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>

namespace leadline::lab {

/// A UDP socket on one address, in the namespace where it was made. It never fragments, and ignores
/// what the kernel believes of the path (IP_PMTUDISC_PROBE).
class UdpEndpoint {
 public:
  /// Throws std::system_error.
  explicit UdpEndpoint(std::string const& address);

  void send(UdpEndpoint const& target, std::size_t octets);
  /// The size of the next datagram; nothing within this time: none came.
  std::optional<std::size_t> receive(std::chrono::milliseconds within);

  /// TTL or hop limit of the datagram received last.
  [[nodiscard]] int ttl_seen() const { return ttl_seen_; }

  /// From the error queue; 0: no ICMP came.
  int mtu_told_by_icmp(std::chrono::milliseconds within);

  [[nodiscard]] int family() const { return address_.ss_family; }

 private:
  FileDescriptor socket_;
  sockaddr_storage address_{};
  socklen_t address_octets_{sizeof address_};
  int ttl_seen_{};
};
}  // namespace leadline::lab
