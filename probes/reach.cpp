#include "probes/reach.hpp"

#include "probes/linux/neighbour.hpp"
#include "probes/reach_again.hpp"
#include "probes/reach_tcp.hpp"
#include "probes/reach_udp.hpp"
#include "probes/trace_route.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace leadline {
namespace {
/// Systems start with 64, 128 or 255: anything else has passed a router.
bool passed_a_router(int ttl) {
  return ttl != 0 && ttl != 64 && ttl != 128 && ttl != 255;
}

bool reached(Reach::Result const& result) {
  auto const answered = [](Attempt const& a) { return a.outcome == Outcome::answered; };
  return answered(result.udp) && std::ranges::all_of(result.tcp, answered);
}

bool worth_tracing(Reach::Result const& result) {
  auto const nowhere_to_go = [](Attempt const& a) {
    return a.outcome == Outcome::no_local_route || a.outcome == Outcome::absent_on_link;
  };
  if (!result.route.found || nowhere_to_go(result.udp) ||
      std::ranges::any_of(result.tcp, nowhere_to_go))
    return false;
  return !reached(result) || !result.route.gateway.empty() || passed_a_router(result.ttl_seen) ||
         passed_a_router(result.ttl_received);
}

/// Once packets went there: before, the kernel had no need to ask.
std::string next_hop_mac(Path const& path, RouteChoice const& route) {
  if (!route.found) return {};
  if (route.gateway.empty()) return neighbour_mac(route.interface, path.target);
  boost::system::error_code unreadable;
  auto const gateway = boost::asio::ip::make_address(route.gateway, unreadable);
  return unreadable ? std::string{} : neighbour_mac(route.interface, gateway);
}

/// A router tells few of its ICMP errors: the trace may hear one where the echoes heard none.
void refuse(Attempt& silent, IcmpEvidence const& refusal, Path const& path) {
  silent.evidence = refusal;
  silent.system_error =
      boost::system::error_code{refusal.error_number, boost::system::system_category()}.message();
  silent.outcome = outcome_of({.error_number = refusal.error_number,
                               .evidence = refusal,
                               .own = path.source,
                               .target = path.target});
}
}  // namespace

std::string format_endpoint(boost::asio::ip::address const& address, std::uint16_t port) {
  return address.is_v6() ? fmt::format("[{}]:{}", address.to_string(), port)
                         : fmt::format("{}:{}", address.to_string(), port);
}

Async<Reach::Result> run(Reach probe) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto const& path = probe.path;
  if (path.source.is_v4() != path.target.is_v4() || path.udp_port == 0)
    co_return tl::unexpected(
        Error{.stage = Error::Stage::configuration,
              .code = boost::asio::error::invalid_argument,
              .detail = fmt::format("from {} to {}", path.source.to_string(),
                                    format_endpoint(path.target, path.udp_port))});
  Reach::Result result;
  result.source = path.source.to_string();
  result.target = path.target.to_string();
  result.route = route_between(path.source, path.target);
  auto both = co_await (reach_by_udp(probe) && reach_by_tcp(path, probe.timeout_ms));
  auto& [udp, tcp] = both;
  co_await ask_again_where_silent(probe, !result.route.gateway.empty(), &udp, &tcp);
  result.next_hop_mac = next_hop_mac(path, result.route);
  result.udp_sent = udp.sent;
  result.udp_received = udp.received;
  result.udp_rtt_us = udp.rtt_us;
  result.udp = std::move(udp.attempt);
  result.tcp = std::move(tcp);
  result.ttl_seen = udp.ttl_seen;
  result.ttl_received = udp.ttl_received;
  result.tos_sent = probe.tos;
  result.tos_seen = udp.tos_seen;
  if (probe.trace_hops > 0 && worth_tracing(result)) {
    auto trace = co_await trace_route(path, probe.trace_hops);
    result.hops = std::move(trace.hops);
    if (trace.refusal && result.udp.outcome == Outcome::silent)
      refuse(result.udp, *trace.refusal, path);
  }
  co_return result;
}
}  // namespace leadline
