#include "probes/reach_again.hpp"

#include "probes/reach_tcp.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace leadline {
namespace asio = boost::asio;

namespace {
constexpr int more_tries = 2;

bool silent(Attempt const& attempt) {
  return attempt.outcome == Outcome::silent;
}

bool answered(Attempt const& attempt) {
  return attempt.outcome == Outcome::answered;
}

asio::awaitable<void> udp_again(Reach probe, UdpEcho* udp) {
  if (!silent(udp->attempt)) co_return;
  auto again = co_await reach_by_udp(std::move(probe));
  again.sent += udp->sent;
  again.attempt.tries = udp->attempt.tries + 1;
  *udp = std::move(again);
}

asio::awaitable<void> tcp_again(Reach probe, std::vector<Attempt>* tcp) {
  auto path = std::move(probe.path);
  path.tcp_ports.clear();
  for (auto const& attempt : *tcp)
    if (silent(attempt)) path.tcp_ports.insert(path.tcp_ports.end(), more_tries, attempt.port);
  auto attempts = co_await reach_by_tcp(std::move(path), probe.timeout_ms);
  for (auto& again : attempts) {
    auto const first = std::ranges::find(*tcp, again.port, &Attempt::port);
    again.tries = first->tries + 1;
    bool const tells_more = silent(*first) || (answered(again) && !answered(*first));
    if (tells_more)
      *first = std::move(again);
    else
      first->tries = again.tries;
  }
}
}  // namespace

asio::awaitable<void> ask_again_where_silent(Reach probe, UdpEcho* udp, std::vector<Attempt>* tcp) {
  using namespace asio::experimental::awaitable_operators;
  bool const alive = answered(udp->attempt) || std::ranges::any_of(*tcp, answered);
  if (!alive) co_return;
  co_await (udp_again(probe, udp) && tcp_again(probe, tcp));
}
}  // namespace leadline
