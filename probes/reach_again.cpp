#include "probes/reach_again.hpp"

#include "probes/core/within.hpp"
#include "probes/reach_tcp.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace leadline {
namespace asio = boost::asio;

namespace {
constexpr int more_connections = 4;
// As many as an agent listens on. A peer that announces more must not hold up the stage of all.
constexpr std::size_t most_ports = 8;
constexpr int times_the_echoes = 2;
// Linux spends its allowance of an ICMP "unreachable" twice, in ip_error() and in icmp_send(), and
// earns one a second for each host that it tells: the next is only sent after 2 s without a packet
// of that host. Its last is a SYN-ACK to a connection of the peer, which gave up when ours did: the
// one that it repeats comes up to 1 s later.
constexpr std::chrono::milliseconds silence{3300};
constexpr std::chrono::milliseconds patience_after_silence{500};

bool silent(Attempt const& attempt) {
  return attempt.outcome == Outcome::silent;
}

bool answered(Attempt const& attempt) {
  return attempt.outcome == Outcome::answered;
}

/// What this node itself lacked the second time (descriptors, say) tells less than silence did.
void take_over(UdpEcho again, UdpEcho* udp) {
  again.sent += udp->sent;
  again.attempt.tries = udp->attempt.tries + 1;
  if (again.attempt.outcome != Outcome::unclear)
    *udp = std::move(again);
  else
    udp->sent = again.sent;
}

asio::awaitable<void> udp_again(Reach probe, UdpEcho* udp) {
  if (!silent(udp->attempt)) co_return;
  probe.udp_tries *= times_the_echoes;
  take_over(co_await reach_by_udp(std::move(probe)), udp);
}

asio::awaitable<void> udp_after_silence(Reach probe, UdpEcho* udp) {
  probe.udp_tries = 1;
  probe.timeout_ms = patience_after_silence;
  co_await elapse(silence);
  auto again = co_await reach_by_udp(std::move(probe));
  if (silent(again.attempt)) again.attempt.elapsed_ms = udp->attempt.elapsed_ms;
  take_over(std::move(again), udp);
}

asio::awaitable<void> tcp_again(Reach probe, std::vector<Attempt>* tcp) {
  auto path = std::move(probe.path);
  path.tcp_ports.clear();
  for (auto const& attempt : *tcp)
    if (silent(attempt) && path.tcp_ports.size() < most_ports * more_connections)
      path.tcp_ports.insert(path.tcp_ports.end(), more_connections, attempt.port);
  auto attempts = co_await reach_by_tcp(std::move(path), probe.timeout_ms);
  for (auto& again : attempts) {
    auto const first = std::ranges::find(*tcp, again.port, &Attempt::port);
    again.tries = first->tries + 1;
    bool const tells_more = (silent(*first) && again.outcome != Outcome::unclear) ||
                            (answered(again) && !answered(*first));
    if (tells_more)
      *first = std::move(again);
    else
      first->tries = again.tries;
  }
}
}  // namespace

asio::awaitable<void> ask_again_where_silent(Reach probe, bool routed, UdpEcho* udp,
                                             std::vector<Attempt>* tcp) {
  using namespace asio::experimental::awaitable_operators;
  bool const alive = answered(udp->attempt) || std::ranges::any_of(*tcp, answered);
  if (!alive) {
    if (!routed || !silent(udp->attempt) || !std::ranges::all_of(*tcp, silent)) co_return;
    co_await udp_after_silence(probe, udp);
    if (answered(udp->attempt)) co_await tcp_again(std::move(probe), tcp);
    co_return;
  }
  co_await (udp_again(probe, udp) && tcp_again(probe, tcp));
}
}  // namespace leadline
