#pragma once
#include "probes/core/checked_json.hpp"
#include "probes/linux/tcp_snapshot.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>

namespace leadline {

/// What the receiving end of a push tells at its end. On the wire: a length of 4 octets, then JSON.
struct TcpPushReport {
  std::uint64_t arrived_bytes{};
  TcpSnapshot receiver;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TcpPushReport, arrived_bytes, receiver)

/// The socket must outlive it. False: the connection broke.
boost::asio::awaitable<bool> write_report(boost::asio::ip::tcp::socket* socket,
                                          TcpPushReport report);
/// Empty: the connection broke, or what came is no report (longer than 4 KiB, or not its JSON).
boost::asio::awaitable<std::optional<TcpPushReport>> read_report(
    boost::asio::ip::tcp::socket* socket);
}  // namespace leadline
