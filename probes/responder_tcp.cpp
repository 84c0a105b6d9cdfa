#include "probes/responder_tcp.hpp"

#include "probes/core/within.hpp"
#include "probes/linux/socket_option.hpp"
#include "probes/tcp_push.hpp"
#include "probes/tls_handshake.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr int most_draws = 64;  // of a port that may be taken
constexpr std::chrono::seconds patience_for_preamble{5};
// Out of descriptors: the connection stays in the kernel's queue, and accept fails until one
// closes.
constexpr std::chrono::milliseconds pause_after_failed_accept{100};

void report(std::exception_ptr const& problem, char const* what) {
  if (!problem) return;
  try {
    std::rethrow_exception(problem);
  } catch (boost::system::system_error const& e) {
    if (e.code() != asio::error::operation_aborted) spdlog::warn("{}: {}", what, e.what());
  } catch (std::exception const& e) {
    spdlog::error("{}: {}", what, e.what());
  }
}

/// Whoever lacks a SYN-ACK sends his SYN again. Linux would repeat the SYN-ACK of its own accord
/// as well, five times in half a minute: to somebody whose address was forged, or to a router that
/// for all this traffic never earns the ICMP error that would tell the fault.
error_code repeat_syn_acks_once(tcp::acceptor& acceptor) {
  return set_option(acceptor.native_handle(), IPPROTO_TCP, TCP_SYNCNT, 1);
}

error_code open_listener(tcp::acceptor& acceptor, tcp::endpoint const& local) {
  error_code error;
  acceptor.open(local.protocol(), error);
  if (!error && local.address().is_v6()) acceptor.set_option(asio::ip::v6_only{true}, error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) error = repeat_syn_acks_once(acceptor);
  if (!error) acceptor.bind(local, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

Async<Preamble> read_preamble(tcp::socket* socket, RunKey key) {
  Preamble::Packed packed{};
  auto [error, octets] = co_await asio::async_read(*socket, asio::buffer(packed), no_throw);
  Error failure{.stage = Error::Stage::handshake, .code = error, .detail = "no preamble"};
  if (error) co_return tl::unexpected(failure);
  auto preamble = decode_preamble(packed, key);
  if (preamble) co_return *preamble;
  failure.detail = preamble.error();
  co_return tl::unexpected(failure);
}
}  // namespace

TcpAnswerer::TcpAnswerer(asio::any_io_executor executor, Options options)
    : executor_{std::move(executor)},
      options_{std::move(options)},
      bulk_{options_.bulk_slot, options_.identity} {}

Expected<std::uint16_t> TcpAnswerer::listen(asio::ip::address address, PortRange range) {
  std::mt19937 random{std::random_device{}()};
  Error failure{.stage = Error::Stage::configuration, .code = {}, .detail = address.to_string()};
  for (int draw = 0; draw < most_draws; ++draw) {
    auto const port = draw_port(range, random);
    auto acceptor = std::make_shared<Acceptor>(executor_);
    failure.code = open_listener(*acceptor, {address, port});
    if (!failure.code) {
      acceptors_.push_back(std::move(acceptor));
      return port;
    }
    if (failure.code != asio::error::address_in_use) break;
  }
  failure.detail = "TCP listener on " + failure.detail;
  return tl::unexpected(failure);
}

void TcpAnswerer::start() {
  for (auto const& acceptor : acceptors_)
    asio::co_spawn(executor_, accept(shared_from_this(), acceptor),
                   [](std::exception_ptr const& e) { report(e, "a TCP listener stopped"); });
}

void TcpAnswerer::stop() {
  open_ = false;
  bulk_.stop();
  error_code ignored;
  for (auto const& acceptor : acceptors_) acceptor->close(ignored);
  for (auto const& connection : std::exchange(connections_, {})) {
    connection->socket.close(ignored);
    connection->cancel.emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> TcpAnswerer::accept(std::shared_ptr<TcpAnswerer> self,
                                          std::shared_ptr<Acceptor> acceptor) {
  while (self->open_) {
    auto [error, socket] = co_await acceptor->async_accept(no_throw);
    if (!self->open_) co_return;
    if (!error)
      self->admit(std::move(socket));
    else if (error != asio::error::connection_aborted)
      co_await elapse(pause_after_failed_accept);
  }
}

/// Who has proven nothing yet goes first, the oldest before the others.
bool TcpAnswerer::make_room() {
  if (connections_.size() < static_cast<std::size_t>(options_.max_open_connections)) return true;
  auto const idle = std::ranges::find_if(
      connections_, [](auto const& connection) { return !connection->proven; });
  if (idle == connections_.end()) return false;
  error_code ignored;
  (*idle)->socket.close(ignored);
  connections_.erase(idle);
  return true;
}

void TcpAnswerer::admit(tcp::socket socket) {
  if (!make_room()) return;  // closes it
  auto connection = std::make_shared<Connection>(std::move(socket));
  connections_.push_back(connection);
  auto finished = [self = shared_from_this(), connection](std::exception_ptr const& problem) {
    self->connections_.remove(connection);
    report(problem, "a TCP connection ended early");
  };
  asio::co_spawn(executor_, serve(shared_from_this(), connection),
                 asio::bind_cancellation_slot(connection->cancel.slot(), std::move(finished)));
}

Welcome::Status TcpAnswerer::status_for(Preamble const& preamble) const {
  if (preamble.target != options_.passport.self) return Welcome::Status::wrong_target;
  switch (preamble.purpose) {
    case Preamble::Purpose::reach:
    case Preamble::Purpose::push:
      return Welcome::Status::accepted;
    case Preamble::Purpose::tls:
      return options_.identity ? Welcome::Status::accepted : Welcome::Status::refused;
    case Preamble::Purpose::bulk_control:
    case Preamble::Purpose::bulk_stream:
      if (!options_.bulk_slot) return Welcome::Status::refused;
      return bulk_.admits(preamble) ? Welcome::Status::accepted : Welcome::Status::busy;
    default:
      return Welcome::Status::refused;
  }
}

asio::awaitable<void> TcpAnswerer::serve(std::shared_ptr<TcpAnswerer> self,
                                         std::shared_ptr<Connection> connection) {
  auto& socket = connection->socket;
  auto const& passport = self->options_.passport;
  auto reading = read_preamble(&socket, passport.key);
  auto const preamble = co_await within(patience_for_preamble, std::move(reading));
  if (!preamble || preamble->run != passport.run || !self->nonces_.first_time(preamble->nonce)) {
    self->options_.counts->unsigned_connection();
    co_return;
  }
  connection->proven = true;
  error_code error;
  auto const peer = socket.remote_endpoint(error);
  if (error) co_return;
  self->options_.counts->tcp_connection(preamble->source,
                                        peer.address().is_v4() ? Family::ipv4 : Family::ipv6);
  Welcome welcome;
  welcome.status = self->status_for(*preamble);
  welcome.answered_by = passport.self;
  welcome.nonce = preamble->nonce;
  welcome.seen_address = peer.address();
  welcome.seen_port = peer.port();
  auto const packed = encode(welcome, passport.key);
  auto [write_error, octets] = co_await asio::async_write(socket, asio::buffer(packed), no_throw);
  if (write_error || welcome.status != Welcome::Status::accepted) co_return;
  auto serving = self->dispatch(std::move(socket), *preamble);
  co_await std::move(serving);
}

asio::awaitable<void> TcpAnswerer::dispatch(tcp::socket socket, Preamble preamble) {
  switch (preamble.purpose) {
    case Preamble::Purpose::tls:
      co_await serve_tls(std::move(socket), options_.identity);
      break;
    case Preamble::Purpose::push:
      co_await serve_push(std::move(socket), preamble);
      break;
    case Preamble::Purpose::bulk_control:
      co_await bulk_.serve_control(std::move(socket), preamble);
      break;
    case Preamble::Purpose::bulk_stream:
      co_await bulk_.serve_stream(std::move(socket), preamble);
      break;
    default:
      break;  // reach: the welcome was all
  }
}
}  // namespace leadline
