#include "probes/core/within.hpp"
#include "probes/tcp_push.hpp"
#include "probes/tcp_push_report.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {
constexpr std::uint64_t most_octets = 1 << 20;
constexpr auto idle_limit = 4s;  // less than the pusher's patience, so that it hears of the stall
constexpr auto whole_limit = 4500ms;
constexpr auto goodbye_limit = 1s;

Async<std::size_t> read_some(tcp::socket* socket) {
  std::array<std::byte, 65536> buffer{};
  auto const [error, octets] = co_await socket->async_read_some(asio::buffer(buffer), no_throw);
  if (error)
    co_return tl::unexpected(Error{.stage = Error::Stage::transfer, .code = error, .detail = {}});
  co_return octets;
}

/// How much arrived until the announced end, the peer's end, or silence.
asio::awaitable<std::uint64_t> arrived(tcp::socket* socket, std::uint64_t announced,
                                       std::chrono::steady_clock::duration idle,
                                       std::chrono::steady_clock::duration whole) {
  auto const deadline = std::chrono::steady_clock::now() + whole;
  std::uint64_t total = 0;
  while (total < announced) {
    auto const left = deadline - std::chrono::steady_clock::now();
    auto const octets = co_await within(std::min(idle, left), read_some(socket));
    if (!octets) break;
    total += *octets;
  }
  co_return total;
}
}  // namespace

asio::awaitable<void> serve_push(tcp::socket socket, Preamble preamble) {
  auto const announced = std::min(preamble.parameter, most_octets);
  TcpPushReport report;
  report.arrived_bytes = co_await arrived(&socket, announced, idle_limit, whole_limit);
  report.receiver = tcp_snapshot(socket.native_handle());
  bool const told = co_await write_report(&socket, report);
  if (!told) co_return;
  boost::system::error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  // Closing over unread octets sends RST, which would wipe out the report at the other end.
  co_await arrived(&socket, most_octets, goodbye_limit, goodbye_limit);
}
}  // namespace leadline
