#pragma once
#include "probes/wire/datagram.hpp"
#include "probes/wire/run_key.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace leadline {

/// The paper of one agent in one run: what it signs with and who it is.
struct Passport {
  RunId run{};
  RunKey key;
  NodeIndex self{};
};

/// From where to where a probe goes: this agent's migration address, and where the peer listens.
/// Every probe binds its sockets to `source`, so that nothing leaves by another interface.
struct Path {
  Passport passport;
  NodeIndex peer{};
  boost::asio::ip::address source;
  boost::asio::ip::address target;
  std::uint16_t udp_port{};
  std::vector<std::uint16_t> tcp_ports;  ///< spread over the peer's ephemeral range

  [[nodiscard]] boost::asio::ip::udp::endpoint udp_target() const { return {target, udp_port}; }
};
}  // namespace leadline
