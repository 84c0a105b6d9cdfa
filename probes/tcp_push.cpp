#include "probes/tcp_push.hpp"

#include "probes/core/within.hpp"
#include "probes/data_connection.hpp"
#include "probes/linux/sysctl.hpp"
#include "probes/tcp_push_report.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {
constexpr std::uint64_t most_push_bytes = 1 << 20;  // the peer reads no more
constexpr auto connect_limit = 1500ms;
constexpr std::uint64_t progress_bytes = 1000;  // acknowledged: more than what a stall lets through

struct Connection {
  tcp::socket socket;
  std::uint64_t to_push{};
  std::uint64_t pushed{};
  std::optional<TcpPushReport> report;
};

/// Never returns by itself: the peer's report ends it.
asio::awaitable<void> push(std::shared_ptr<Connection> connection) {
  std::vector<std::uint32_t> noise(16384);  // a device that compresses must not make it fit
  std::ranges::generate(noise, std::mt19937{std::random_device{}()});
  boost::system::error_code failed;
  while (!failed && connection->pushed < connection->to_push) {
    auto const left = static_cast<std::size_t>(connection->to_push - connection->pushed);
    auto const [error, octets] = co_await connection->socket.async_write_some(
        asio::buffer(asio::buffer(noise), left), no_throw);
    connection->pushed += octets;
    failed = error;
  }
  if (!failed) connection->socket.shutdown(tcp::socket::shutdown_send, failed);
  co_await elapse(1h);
}

asio::awaitable<void> hear(std::shared_ptr<Connection> connection) {
  connection->report = co_await read_report(&connection->socket);
}

Async<bool> push_and_hear(std::shared_ptr<Connection> connection) {
  using namespace asio::experimental::awaitable_operators;
  co_await (hear(connection) || push(connection));
  co_return connection->report.has_value();
}
}  // namespace

std::uint32_t mss_probed_from(std::vector<std::uint64_t> const& mtu_probing,
                              std::vector<std::uint64_t> const& base_mss) {
  constexpr std::uint64_t always = 2;
  constexpr std::uint32_t usual = 1024;  // TCP_BASE_MSS
  if (mtu_probing.empty() || mtu_probing.front() != always) return 0;
  return base_mss.empty() ? usual : static_cast<std::uint32_t>(base_mss.front());
}

std::uint32_t clamped_mss(Family family, TcpSnapshot const& sender, TcpSnapshot const& receiver,
                          std::uint32_t probed_from) {
  // Above this the kernel's rule of half a window, not the path, sets the MSS (loopback only).
  constexpr std::uint32_t largest_plausible = 16384;
  std::uint32_t const options = sender.timestamps ? 12 : 0;
  std::uint32_t const headers = (family == Family::ipv4 ? 40 : 60) + options;
  if (receiver.advertised_mss == 0 || sender.send_mss == 0 || sender.path_mtu <= headers) return 0;
  auto const expected = std::min(receiver.advertised_mss, sender.path_mtu - headers);
  if (expected > largest_plausible || sender.send_mss >= expected) return 0;
  if (probed_from != 0 && sender.send_mss + options >= probed_from) return 0;
  return sender.send_mss + options;
}

Async<TcpPush::Result> run(TcpPush probe) {
  auto const started = Clock::now();
  auto const deadline = started + probe.timeout_ms;
  auto const to_push = std::min(probe.push_bytes, most_push_bytes);
  DataCall const call{
      .purpose = Preamble::Purpose::push, .parameter = to_push, .port_timeout = connect_limit};
  auto calling = open_data_connection(probe.path, call);
  auto socket = co_await within(probe.timeout_ms, std::move(calling));
  if (!socket) co_return tl::unexpected(socket.error());
  auto connection =
      std::make_shared<Connection>(Connection{.socket = std::move(*socket), .to_push = to_push});

  TcpPush::Result result;
  result.connected = true;
  auto const at_start = tcp_snapshot(connection->socket.native_handle());
  auto exchange = push_and_hear(connection);
  auto const heard = co_await within(deadline - Clock::now(), std::move(exchange));
  // Taken before closing: if it is stalled, this is where backoff and retransmissions show.
  result.sender = tcp_snapshot(connection->socket.native_handle());
  result.pushed_bytes = connection->pushed;
  result.peer_reported = heard && *heard;
  if (auto const& report = connection->report) {
    result.arrived_bytes = report->arrived_bytes;
    result.receiver = report->receiver;
    auto const family = probe.path.target.is_v4() ? Family::ipv4 : Family::ipv6;
    result.clamped_mss_octets =
        clamped_mss(family, at_start, result.receiver,
                    mss_probed_from(sysctl_numbers("net.ipv4.tcp_mtu_probing"),
                                    sysctl_numbers("net.ipv4.tcp_base_mss")));
  }
  if (result.arrived_bytes < result.pushed_bytes) {
    // Else the kernel would go on retransmitting into the black hole for a quarter of an hour.
    boost::system::error_code ignored;
    connection->socket.set_option(asio::socket_base::linger{true, 0}, ignored);
    connection->socket.close(ignored);  // the destructor would take the option back
  }
  result.elapsed_ms = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
  co_return result;
}

Assessment assess(TcpPush::Result const& r) {
  if (!r.connected) return {.status = Status::fail, .reason = "no connection"};
  auto const ends = fmt::format("{:.1f} s, {} retransmissions, backoff {}", r.elapsed_ms / 1000,
                                r.sender.retransmitted_segments, r.sender.backoff);
  bool const progress = r.sender.acknowledged_bytes >= progress_bytes;
  if (!r.peer_reported && !progress)
    return {.status = Status::fail,
            .reason = fmt::format("connected, then stalled: pushed {} octets, the peer is not "
                                  "heard of again ({})",
                                  r.pushed_bytes, ends)};
  if (!r.peer_reported)
    return {.status = Status::warn,
            .reason = fmt::format("slow: {} of {} octets acknowledged, the peer's word did not "
                                  "come in time ({})",
                                  r.sender.acknowledged_bytes, r.pushed_bytes, ends)};
  if (r.arrived_bytes == 0)
    return {.status = Status::fail,
            .reason = fmt::format("connected, then stalled: none of {} octets arrived ({}), the "
                                  "mark of an MTU black hole",
                                  r.pushed_bytes, ends)};
  if (r.arrived_bytes < r.pushed_bytes)
    return {.status = Status::warn,
            .reason = fmt::format("slow: {} of {} octets arrived ({})", r.arrived_bytes,
                                  r.pushed_bytes, ends)};
  if (r.clamped_mss_octets != 0)
    return {.status = Status::warn,
            .reason = fmt::format("all {} octets arrived; a device on the way rewrote the MSS "
                                  "to {}",
                                  r.arrived_bytes, r.clamped_mss_octets)};
  return {.status = Status::ok, .reason = fmt::format("all {} octets arrived", r.arrived_bytes)};
}
}  // namespace leadline
