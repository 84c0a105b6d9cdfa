#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace leadline {

/// Waits until the peer has hung up, which it does once it has read what was said last. Closing
/// with something unread would reset the connection, and take an alert with it. The caller limits
/// the time; `socket` must outlive the wait.
boost::asio::awaitable<void> close_gently(boost::asio::ip::tcp::socket* socket);
}  // namespace leadline
