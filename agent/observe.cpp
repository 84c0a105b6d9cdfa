#include "agent/observe.hpp"

#include "probes/core/within.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

namespace leadline::agent {
namespace {
using namespace std::chrono_literals;

// The caps below hold at the agent: a coordinator that asks for more does not get it.

void cap(Reach& probe, BitRate) {
  probe.udp_tries = std::clamp(probe.udp_tries, 1, 10);
  probe.timeout_ms = std::clamp(probe.timeout_ms, 100ms, 30000ms);
  probe.trace_hops = std::clamp(probe.trace_hops, 0, 32);
}

void cap(SyncPort& probe, BitRate) {
  probe.timeout_ms = std::clamp(probe.timeout_ms, 100ms, 30000ms);
}

void cap(TlsHandshake& probe, BitRate) {
  probe.timeout_ms = std::clamp(probe.timeout_ms, 100ms, 30000ms);
}

void cap(PathMtu& probe, BitRate) {
  probe.timeout_ms = std::clamp(probe.timeout_ms, 100ms, 30000ms);
}

void cap(TcpPush& probe, BitRate) {
  probe.push_bytes = std::min<std::uint64_t>(probe.push_bytes, 1U << 20U);
  probe.timeout_ms = std::clamp(probe.timeout_ms, 100ms, 30000ms);
}

void cap(Latency& probe, BitRate) {
  probe.duration_ms = std::clamp(probe.duration_ms, 10ms, 60000ms);
  probe.interval_us = std::max(probe.interval_us, std::chrono::microseconds{1000});
}

void cap(Bandwidth& probe, BitRate max_rate) {
  probe.streams = std::clamp(probe.streams, 1, 32);
  probe.duration_ms = std::clamp(probe.duration_ms, 100ms, 60000ms);
  probe.dscp = std::clamp(probe.dscp, 0, 63);
  if (probe.mss != 0) probe.mss = std::clamp(probe.mss, 88, 32767);
  if (probe.record_octets != 0) probe.record_octets = std::clamp(probe.record_octets, 512, 16384);
  auto& rate = probe.rate_limit_bits_per_second;
  if (rate.per_second <= 0 || rate > max_rate) rate = max_rate;
}

void cap(BroadcastDomain& probe, BitRate) {
  probe.beacons = std::clamp(probe.beacons, 1, 5);
  probe.window_ms = std::clamp(probe.window_ms, 500ms, 10000ms);
}

void cap(AddressClaims& probe, BitRate) {
  probe.tries = std::clamp(probe.tries, 1, 3);
  probe.between_ms = std::clamp(probe.between_ms, 50ms, 1000ms);
  probe.window_ms = std::clamp(probe.window_ms, 100ms, 10000ms);
}

void cap(HostView&, BitRate) {}

template <Probe P>
boost::asio::awaitable<Sighting> observe_one(P probe) {
  Sighting seen;
  seen.observation.probe = P::name;
  auto measurement = run(std::move(probe));
  auto outcome = co_await std::move(measurement);
  if (outcome) {
    auto const [status, reason] = assess(*outcome);
    seen.observation.status = status;
    seen.observation.reason = reason;
    seen.observation.result = AnyResult{*std::move(outcome)};
  } else {
    seen.observation.reason = describe(outcome.error());
    // Only a bulk test asks for a node of its own. What this one lacks itself, a thread for one,
    // the system calls by the same name, and it is no reason to come again.
    if constexpr (std::is_same_v<P, Bandwidth>)
      seen.busy = outcome.error().code == boost::asio::error::try_again &&
                  outcome.error().stage != Error::Stage::configuration;
  }
  co_return seen;
}
}  // namespace

AnyProbe made_ready(AnyProbe probe, Path const& path, Equipment const& equipment) {
  std::visit(
      [&](auto& p) {
        p.path = path;
        if constexpr (requires { p.identity; }) p.identity = equipment.identity;
        if constexpr (requires { p.slot; }) p.slot = equipment.slot;
        if constexpr (requires { p.link_speed; }) p.link_speed = equipment.link_speed;
        if constexpr (requires { p.interface; }) p.interface = equipment.interface;
        if constexpr (requires { p.host_netns; }) p.host_netns = equipment.host_netns;
        cap(p, equipment.max_rate);
      },
      probe);
  return probe;
}

boost::asio::awaitable<Sighting> observe(AnyProbe probe) {
  return std::visit([](auto p) { return observe_one(std::move(p)); }, std::move(probe));
}
}  // namespace leadline::agent
