#include "probes/tcp_attempt.hpp"

#include "probes/linux/error_queue.hpp"
#include "probes/linux/socket_option.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
/// Not by Asio's own option: its destructor takes that back, and the connection stays in TIME_WAIT.
error_code reset_when_closed(int descriptor) {
  linger const at_once{.l_onoff = 1, .l_linger = 0};
  if (::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0) return {};
  return {errno, boost::system::system_category()};
}

error_code prepare(tcp::socket& socket, asio::ip::address const& source) {
  error_code error;
  socket.open(source.is_v4() ? tcp::v4() : tcp::v6(), error);
  if (!error) error = reset_when_closed(socket.native_handle());
  if (!error) error = keep_errors(socket.native_handle(), source);
  // The port is chosen at connect(2), so that one port can serve connections to many peers.
  if (!error) error = set_option(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  if (!error) socket.bind({source, 0}, error);
  return error;
}
}  // namespace

asio::awaitable<TcpAttempt> connect_tcp(asio::ip::address source, tcp::endpoint target,
                                        std::chrono::steady_clock::time_point deadline) {
  auto const executor = co_await asio::this_coro::executor;
  TcpAttempt attempt;
  tcp::socket socket{executor};
  attempt.error = prepare(socket, source);
  if (!attempt.error) {
    asio::steady_timer timer{executor, deadline};
    auto [order, connect_error, timer_error] =
        co_await asio::experimental::make_parallel_group(
            socket.async_connect(target, asio::deferred), timer.async_wait(asio::deferred))
            .async_wait(asio::experimental::wait_for_one{}, asio::use_awaitable);
    bool const out_of_time = order.front() == 1;
    attempt.error = out_of_time ? error_code{asio::error::timed_out} : connect_error;
  }
  if (!attempt.error) {
    attempt.socket = std::move(socket);
    co_return attempt;
  }
  if (socket.is_open()) {
    ErrorQueue errors;
    errors.drain(socket.native_handle());
    attempt.evidence = decisive(errors.evidence);
  }
  attempt.outcome = outcome_of({.error_number = attempt.error.value(),
                                .evidence = attempt.evidence,
                                .own = source,
                                .target = target.address()});
  co_return attempt;
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>{std::chrono::steady_clock::now() - start}
      .count();
}
}  // namespace leadline
