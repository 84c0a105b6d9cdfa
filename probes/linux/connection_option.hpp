#pragma once
#include "probes/core/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string_view>

namespace leadline {

/// How the kernel shall treat one TCP connection. A view, since g++ 12 destroys temporaries of
/// co_await expressions twice where they have anything to destroy.
struct ConnectionOptions {
  std::string_view congestion;  ///< TCP_CONGESTION; "" or "system": the system's own
  int dscp{0};                  ///< 0 to 63
  int mss{0};                   ///< TCP_MAXSEG; 0: the system's
};

/// Sets them on an open socket: before connect(2), so that the SYN has them already. The error says
/// what the kernel refuses and what it offers.
Expected<bool> apply(ConnectionOptions const& options, boost::asio::ip::tcp::socket& socket);

/// Once more after connect(2): there the kernel takes what the route says (congctl, ip-route(8))
/// for what was asked of the socket.
Expected<bool> keep_congestion(ConnectionOptions const& options,
                               boost::asio::ip::tcp::socket& socket);
}  // namespace leadline
