#include "probes/path_mtu_exchange.hpp"

#include "probes/core/within.hpp"
#include "probes/linux/shortage.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t burst_octets = 65536;  // more at once overruns small switch buffers
constexpr std::size_t largest_ip_packet = 65535;
constexpr auto first_patience = 200ms;  // no round trip known yet
constexpr auto least_patience = 50ms;
constexpr auto least_settling = 2ms;
constexpr int sentinels = 2;
}  // namespace

PathMtuExchange::PathMtuExchange(UdpProbeSocket socket, Path path, Clock::time_point deadline)
    : socket_{std::move(socket)},
      path_{std::move(path)},
      deadline_{deadline},
      session_{std::random_device{}()},
      sentinel_octets_{static_cast<std::uint32_t>(Datagram::octets) +
                       ip_and_udp_octets(path_.target)},
      packet_(largest_ip_packet) {}

asio::awaitable<bool> PathMtuExchange::find_peer() {
  while (!sentinel_answered_ && !out_of_time()) {
    co_await send(sentinel_octets_);
    co_await hear(Clock::now() + first_patience);
  }
  co_return sentinel_answered_;
}

asio::awaitable<PathMtuSearch::Outcome> PathMtuExchange::carry(PathMtuSearch::Round round) {
  sentinel_answered_ = false;
  first_sentinel_ = ~0U;  // none yet: answers to earlier rounds' sentinels mean nothing now
  co_await send_burst(round);
  auto const largest = std::ranges::find_if(
      round.sizes, [&](std::uint32_t size) { return !too_big_here_.contains(size); });
  co_await await_sentinel(largest == round.sizes.end() ? 0 : *largest);
  PathMtuSearch::Outcome outcome{
      .confirmed = confirmed_, .too_big_here = too_big_here_, .signalled = signalled()};
  co_return outcome;
}

asio::awaitable<void> PathMtuExchange::send_burst(PathMtuSearch::Round round) {
  for (int copy = 0; copy < round.copies; ++copy)
    for (auto const octets : round.sizes) {
      if (too_big_here_.contains(octets)) continue;
      if (unpaced_octets_ + octets > burst_octets) {
        unpaced_octets_ = 0;
        co_await hear(Clock::now() + round_trip_);
      }
      if (confirmed_.lower_bound(octets) != confirmed_.end()) continue;  // a larger one arrived
      if (co_await send(octets) == UdpProbeSocket::Sent::too_big_here) too_big_here_.insert(octets);
    }
  unpaced_octets_ = 0;
}

asio::awaitable<void> PathMtuExchange::await_sentinel(std::uint32_t largest_sent) {
  auto const all_arrived = [&] { return confirmed_.lower_bound(largest_sent) != confirmed_.end(); };
  first_sentinel_ = static_cast<std::uint32_t>(sent_.size());
  for (int i = 0; i < sentinels; ++i) co_await send(sentinel_octets_);
  auto const patience = std::max<Clock::duration>(3 * round_trip_, least_patience);
  auto give_up = Clock::now() + patience;
  while (!sentinel_answered_ && !all_arrived() && !out_of_time()) {
    hear_what_is_there();
    if (sentinel_answered_ || all_arrived()) break;
    if (Clock::now() >= give_up) {
      co_await send(sentinel_octets_);
      give_up = Clock::now() + patience;
    }
    co_await socket_.readable(std::min(give_up, deadline_) - Clock::now());
  }
  auto const settled = Clock::now() + std::max<Clock::duration>(round_trip_ / 2, least_settling);
  while (!all_arrived() && Clock::now() < settled) {
    hear_what_is_there();
    if (all_arrived()) break;
    co_await socket_.readable(settled - Clock::now());
  }
}

/// Until `until`, the deadline, or the answer to a sentinel.
asio::awaitable<void> PathMtuExchange::hear(Clock::time_point until) {
  until = std::min(until, deadline_);
  hear_what_is_there();
  while (!sentinel_answered_ && Clock::now() < until) {
    co_await socket_.readable(until - Clock::now());
    hear_what_is_there();
  }
}

asio::awaitable<UdpProbeSocket::Sent> PathMtuExchange::send(std::uint32_t octets) {
  Datagram const request{.kind = Datagram::Kind::request,
                         .purpose = Datagram::Purpose::path_mtu,
                         .run = path_.passport.run,
                         .source = path_.passport.self,
                         .target = path_.peer,
                         .session = session_,
                         .sequence = static_cast<std::uint32_t>(sent_.size()),
                         .packet_octets = static_cast<std::uint16_t>(octets),
                         .sent_ns = realtime_ns()};
  std::ranges::copy(encode(request, path_.passport.key), packet_.begin());
  auto const packet = std::span{packet_}.first(octets - ip_and_udp_octets(path_.target));
  sent_.push_back({.octets = octets, .at = Clock::now()});
  auto outcome = socket_.send(packet);
  while (outcome == UdpProbeSocket::Sent::no_room_here && !out_of_time()) {
    co_await elapse(pause_in_shortage);  // the queue drains at the speed of the link
    sent_.back().at = Clock::now();
    outcome = socket_.send(packet);
  }
  if (outcome == UdpProbeSocket::Sent::yes) {
    ++packets_sent_;
    unpaced_octets_ += octets;
  }
  co_return outcome;
}

void PathMtuExchange::hear_what_is_there() {
  Arrival arrival;
  while (socket_.receive(arrival)) take(arrival);
}

void PathMtuExchange::take(Arrival const& arrival) {
  auto const answer = decode_datagram(arrival.packet, path_.passport.key);
  if (!answer || answer->kind != Datagram::Kind::answer ||
      answer->purpose != Datagram::Purpose::path_mtu || answer->run != path_.passport.run ||
      answer->session != session_ || answer->answered_by != path_.peer ||
      answer->sequence >= sent_.size())
    return;
  auto const& sent = sent_[answer->sequence];
  ttl_seen_ = answer->seen_ttl;
  round_trip_ = Clock::now() - sent.at;
  if (answer->seen_octets == sent.octets) confirmed_.insert(sent.octets);
  if (sent.octets == sentinel_octets_ && answer->sequence >= first_sentinel_)
    sentinel_answered_ = true;
}

std::set<std::uint32_t> PathMtuExchange::signalled() const {
  std::set<std::uint32_t> mtus;
  for (auto const& said : socket_.evidence())
    if (said.origin != "local" && said.mtu != 0) mtus.insert(said.mtu);
  return mtus;
}
}  // namespace leadline
