#include "probes/latency_statistics.hpp"

#include "probes/core/quantiles.hpp"

#include <algorithm>
#include <cmath>

namespace leadline {
namespace {
constexpr double ns_per_us = 1000;

double since(std::uint64_t earlier, std::uint64_t later) {
  return static_cast<double>(static_cast<std::int64_t>(later - earlier));
}

/// Free of the offset between the clocks, and of the time that the peer took.
double round_trip_us(LatencySample const& s) {
  return std::max(0.0, since(s.sent_ns, s.back_ns) - since(s.received_ns, s.answered_ns)) /
         ns_per_us;
}

std::uint32_t longest_run_of_losses(std::vector<LatencySample> const& samples) {
  std::uint32_t longest = 0;
  std::uint32_t run = 0;
  for (auto const& s : samples) {
    run = s.back_ns == 0 ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::uint32_t overtaken(std::vector<std::uint32_t> const& arrivals) {
  std::uint32_t count = 0;
  std::uint32_t highest = 0;
  for (auto const sequence : arrivals) {
    if (sequence < highest) ++count;
    highest = std::max(highest, sequence);
  }
  return count;
}

/// RFC 3550, 6.4.1, over T2 - T1: the clocks' offset cancels between two packets.
double forward_jitter_us(LatencySession const& session) {
  double jitter = 0;
  LatencySample const* previous = nullptr;
  for (auto const sequence : session.arrivals) {
    auto const& s = session.samples[sequence];
    if (previous != nullptr) {
      auto const difference =
          since(s.sent_ns, s.received_ns) - since(previous->sent_ns, previous->received_ns);
      jitter += (std::abs(difference) / ns_per_us - jitter) / 16;
    }
    previous = &s;
  }
  return jitter;
}
}  // namespace

void summarise(LatencySession const& session, Latency::Result& result) {
  result.sent = static_cast<std::uint32_t>(session.samples.size());
  result.received = static_cast<std::uint32_t>(session.arrivals.size());
  // The network may double requests too; then the peer counts more than we sent.
  auto const reached = std::clamp(session.peers_highest_count, result.received,
                                  std::max(result.sent, result.received));
  result.lost_forward = result.sent - reached;
  result.lost_reverse = reached - result.received;
  result.peer_drops =
      session.peers_drops_after - std::min(session.peers_drops_before, session.peers_drops_after);
  result.duplicates = session.duplicates;
  result.reordered = overtaken(session.arrivals);
  result.longest_gap = longest_run_of_losses(session.samples);
  result.jitter_us = forward_jitter_us(session);

  std::vector<double> times;
  times.reserve(session.arrivals.size());
  for (auto const sequence : session.arrivals)
    times.push_back(round_trip_us(session.samples[sequence]));
  std::ranges::sort(times);
  result.rtt_min_us = quantile(times, 0);
  result.rtt_p50_us = quantile(times, 0.5);
  result.rtt_p90_us = quantile(times, 0.9);
  result.rtt_p99_us = quantile(times, 0.99);
  result.rtt_p999_us = quantile(times, 0.999);
  result.rtt_max_us = quantile(times, 1);
}
}  // namespace leadline
