#include "probes/wire/close_gently.hpp"

#include "probes/core/within.hpp"

#include <boost/asio/buffer.hpp>

#include <array>

namespace leadline {

boost::asio::awaitable<void> close_gently(boost::asio::ip::tcp::socket* socket) {
  boost::system::error_code ignored;  // it is over either way
  socket->shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> rest{};
  for (bool open = true; open;) {
    auto const [end, n] = co_await socket->async_read_some(boost::asio::buffer(rest), no_throw);
    open = !end;
  }
}
}  // namespace leadline
