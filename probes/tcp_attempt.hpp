#pragma once
#include "probes/linux/icmp_evidence.hpp"
#include "probes/reach_outcome.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>

namespace leadline {

/// A connect(2) and what came of it.
struct TcpAttempt {
  std::optional<boost::asio::ip::tcp::socket> socket;  ///< empty: not connected
  boost::system::error_code error;                     ///< timed_out where nothing came back
  Outcome outcome{Outcome::unclear};                   ///< only of a failure
  std::optional<IcmpEvidence> evidence;
};

/// Connects from `source` (any port) to `target`, keeps the ICMP error that ended it, and resets
/// the connection when the socket is closed: nothing stays in TIME_WAIT.
boost::asio::awaitable<TcpAttempt> connect_tcp(boost::asio::ip::address source,
                                               boost::asio::ip::tcp::endpoint target,
                                               std::chrono::steady_clock::time_point deadline);

double milliseconds_since(std::chrono::steady_clock::time_point start);
}  // namespace leadline
