#include "probes/reach_tcp.hpp"

#include "probes/core/all_of.hpp"
#include "probes/tcp_attempt.hpp"
#include "probes/wire/nonce.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr std::size_t at_once = 32;  // descriptors of one pair

void judge(Attempt& attempt, Welcome const& welcome, NodeIndex meant) {
  attempt.answered_by = welcome.answered_by;
  attempt.source_seen = format_endpoint(welcome.seen_address, welcome.seen_port);
  attempt.outcome = welcome.answered_by == meant ? Outcome::answered : Outcome::wrong_node;
}

/// What it means when a connection opened but no proof of identity came.
Outcome outcome_without_proof(error_code error) {
  if (error == asio::error::timed_out) return Outcome::silent;
  if (error == asio::error::connection_reset || error == asio::error::broken_pipe)
    return Outcome::refused;
  return Outcome::unclear;
}

asio::awaitable<Attempt> attempt_tcp(Path path, std::uint16_t port,
                                     std::chrono::milliseconds timeout) {
  auto const start = std::chrono::steady_clock::now();
  Attempt attempt;
  attempt.port = port;
  tcp::endpoint const target{path.target, port};
  auto connected = co_await connect_tcp(path.source, target, start + timeout);
  attempt.evidence = connected.evidence;
  if (!connected.socket) {
    attempt.outcome = connected.outcome;
    attempt.system_error = connected.error.message();
    attempt.elapsed_ms = milliseconds_since(start);
    co_return attempt;
  }
  auto& socket = *connected.socket;
  Preamble preamble;
  preamble.run = path.passport.run;
  preamble.source = path.passport.self;
  preamble.target = path.peer;
  preamble.nonce = random_nonce();
  auto const packed = encode(preamble, path.passport.key);
  error_code error;
  asio::write(socket, asio::buffer(packed), error);  // 64 octets fit an empty send buffer
  Welcome::Packed answer{};
  if (!error) {
    asio::steady_timer timer{co_await asio::this_coro::executor, start + timeout};
    auto [order, read_error, octets, timer_error] =
        co_await asio::experimental::make_parallel_group(
            asio::async_read(socket, asio::buffer(answer), asio::deferred),
            timer.async_wait(asio::deferred))
            .async_wait(asio::experimental::wait_for_one{}, asio::use_awaitable);
    error = order.front() == 1 ? error_code{asio::error::timed_out} : read_error;
  }
  attempt.elapsed_ms = milliseconds_since(start);
  if (error) {
    attempt.outcome = outcome_without_proof(error);
    attempt.system_error = "connected, but no proof of identity came: " + error.message();
    co_return attempt;
  }
  auto const welcome = decode_welcome(answer, path.passport.key);
  if (welcome && welcome->nonce == preamble.nonce) {
    judge(attempt, *welcome, path.peer);
  } else {
    attempt.outcome = Outcome::wrong_node;
    attempt.system_error = "the answer does not carry this run's signature";
  }
  co_return attempt;
}
}  // namespace

asio::awaitable<std::vector<Attempt>> reach_by_tcp(Path path, std::chrono::milliseconds timeout) {
  std::vector<Attempt> attempts;
  for (std::size_t first = 0; first < path.tcp_ports.size(); first += at_once) {
    std::vector<asio::awaitable<Attempt>> works;
    auto const last = std::min(first + at_once, path.tcp_ports.size());
    for (std::size_t i = first; i < last; ++i)
      works.push_back(attempt_tcp(path, path.tcp_ports.at(i), timeout));
    auto finished = co_await all_of(std::move(works));
    std::ranges::move(finished, std::back_inserter(attempts));
  }
  co_return attempts;
}
}  // namespace leadline
