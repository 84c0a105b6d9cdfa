#include "probes/trace_route.hpp"

#include "probes/core/all_of.hpp"
#include "probes/linux/turn.hpp"
#include "probes/linux/udp_probe_socket.hpp"
#include "probes/tcp_attempt.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <random>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {
// Routers hold ICMP errors back for up to a second (icmp_ratelimit): the third try gets through.
constexpr int tries = 3;
constexpr std::chrono::milliseconds patience_per_try{500};

bool time_exceeded(IcmpEvidence const& e) {
  return (e.origin == "icmp" && e.type == ICMP_TIME_EXCEEDED) ||
         (e.origin == "icmp6" && e.type == ICMP6_TIME_EXCEEDED);
}

bool unreachable(IcmpEvidence const& e) {
  return (e.origin == "icmp" && e.type == ICMP_DEST_UNREACH) ||
         (e.origin == "icmp6" && e.type == ICMP6_DST_UNREACH);
}

/// What one socket has heard so far; silent if nothing yet.
HopReply heard(UdpProbeSocket& socket, Path const& path, int distance) {
  HopReply reply;
  reply.distance = distance;
  for (auto const& entry : socket.evidence()) {
    // An ICMP error of our own kernel (nobody answers ARP) is no hop.
    if (path.source != path.target && entry.offender == path.source.to_string()) continue;
    if (!time_exceeded(entry) && !unreachable(entry)) continue;
    reply.address = entry.offender;
    reply.final = unreachable(entry);
    if (reply.final) reply.refusal = decisive({&entry, 1});
    return reply;
  }
  Arrival arrival;
  for (int taken = 0; taken < most_in_a_row && socket.receive(arrival); ++taken) {
    if (!decode_datagram(arrival.packet, path.passport.key)) continue;
    reply.address = arrival.from.address().to_string();
    reply.final = true;
    return reply;
  }
  return reply;
}

asio::awaitable<HopReply> probe_hop(Path path, int distance) {
  HopReply silent;
  silent.distance = distance;
  auto const executor = co_await asio::this_coro::executor;
  UdpProbeSocket::Options const options;
  auto socket = UdpProbeSocket::open(executor, {path.source, 0}, options);
  if (!socket || socket->connect(path.udp_target()) || socket->set_ttl(distance)) co_return silent;
  Datagram request;
  request.run = path.passport.run;
  request.source = path.passport.self;
  request.target = path.peer;
  request.session = std::random_device{}();
  request.packet_octets =
      static_cast<std::uint16_t>(Datagram::octets + ip_and_udp_octets(path.source));
  for (int i = 0; i < tries; ++i) {
    auto const sent = Clock::now();
    request.sequence = static_cast<std::uint32_t>(i);
    request.sent_ns = realtime_ns();
    auto const packed = encode(request, path.passport.key);
    socket->send(packed);
    for (auto now = Clock::now(); now < sent + patience_per_try; now = Clock::now()) {
      co_await socket->readable(sent + patience_per_try - now);
      auto reply = heard(*socket, path, distance);
      if (reply.address.empty()) continue;
      reply.rtt_ms = milliseconds_since(sent);
      co_return reply;
    }
  }
  co_return silent;
}
}  // namespace

std::vector<Hop> hops_of(std::vector<HopReply> replies) {
  std::ranges::sort(replies, {}, &HopReply::distance);
  std::vector<Hop> hops;
  for (auto const& reply : replies) {
    hops.push_back({.distance = reply.distance, .address = reply.address, .rtt_ms = reply.rtt_ms});
    if (reply.final) break;
  }
  while (!hops.empty() && hops.back().address.empty()) hops.pop_back();
  return hops;
}

asio::awaitable<Trace> trace_route(Path path, int farthest) {
  std::vector<asio::awaitable<HopReply>> works;
  works.reserve(static_cast<std::size_t>(std::max(farthest, 0)));
  for (int distance = 1; distance <= farthest; ++distance)
    works.push_back(probe_hop(path, distance));
  auto replies = co_await all_of(std::move(works));  // the nearest first
  Trace trace;
  auto const refused = std::ranges::find_if(
      replies, [](HopReply const& reply) { return reply.refusal.has_value(); });
  if (refused != replies.end()) trace.refusal = refused->refusal;
  trace.hops = hops_of(std::move(replies));
  co_return trace;
}
}  // namespace leadline
