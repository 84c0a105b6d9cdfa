#include "probes/path_mtu_exchange.hpp"

#include "probes/core/within.hpp"
#include "probes/linux/shortage.hpp"
#include "probes/linux/turn.hpp"

#include <algorithm>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {
constexpr std::size_t burst_octets = 65536;  // more at once overruns small switch buffers
constexpr std::size_t gentle_burst_octets = 8192;
constexpr auto gentle_pause = 5ms;  // 13 Mbit/s
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
  await_marker(sentinel_octets_);
  while (!marker_answered_ && !out_of_time()) {
    co_await send(sentinel_octets_);
    co_await hear(Clock::now() + first_patience);
  }
  co_return marker_answered_;
}

asio::awaitable<PathMtuSearch::Outcome> PathMtuExchange::carry(PathMtuSearch::Round round) {
  if (round.control_octets != 0) {
    co_await carry_lone(round);
  } else {
    marker_answered_ = false;
    first_marker_ = ~0U;  // none yet: answers to earlier rounds' sentinels mean nothing now
    co_await send_burst(round);
    auto const largest = std::ranges::find_if(
        round.sizes, [&](std::uint32_t size) { return !too_big_here_.contains(size); });
    co_await await_sentinel(largest == round.sizes.end() ? 0 : *largest);
  }
  PathMtuSearch::Outcome outcome{.confirmed = confirmed_,
                                 .too_big_here = too_big_here_,
                                 .signalled = signalled(),
                                 .control_arrived = marker_answered_};
  co_return outcome;
}

asio::awaitable<void> PathMtuExchange::carry_lone(PathMtuSearch::Round round) {
  auto const octets = round.sizes.front();
  marker_answered_ = false;
  first_marker_ = ~0U;
  auto const pause = std::chrono::duration<double>{round.pause} *
                     std::uniform_real_distribution<>{1, 1.5}(chance_);
  co_await hear(Clock::now() + std::chrono::duration_cast<Clock::duration>(pause));
  if (arrived(octets) || out_of_time()) co_return;  // late news
  await_marker(round.control_octets);
  // Either may be the one that finds the last room in a queue.
  bool const control_first = std::bernoulli_distribution{}(chance_);
  if (control_first) co_await send(round.control_octets);
  if (co_await send(octets) == UdpProbeSocket::Sent::too_big_here) too_big_here_.insert(octets);
  if (!control_first) co_await send(round.control_octets);
  co_await hear(Clock::now() + std::max<Clock::duration>(3 * round_trip_, least_patience));
  co_await settle(octets);
  unpaced_octets_ = 0;
}

asio::awaitable<void> PathMtuExchange::send_burst(PathMtuSearch::Round round) {
  for (int copy = 0; copy < round.copies; ++copy)
    for (auto const octets : round.sizes) {
      if (too_big_here_.contains(octets)) continue;
      if (unpaced_octets_ + octets > (round.gently ? gentle_burst_octets : burst_octets) &&
          unpaced_octets_ > 0) {
        unpaced_octets_ = 0;
        co_await hear(Clock::now() + (round.gently ? gentle_pause : round_trip_));
      }
      if (arrived(octets)) continue;
      if (co_await send(octets) == UdpProbeSocket::Sent::too_big_here) too_big_here_.insert(octets);
    }
  unpaced_octets_ = 0;
}

asio::awaitable<void> PathMtuExchange::await_sentinel(std::uint32_t largest_sent) {
  await_marker(sentinel_octets_);
  for (int i = 0; i < sentinels; ++i) co_await send(sentinel_octets_);
  auto const patience = std::max<Clock::duration>(3 * round_trip_, least_patience);
  auto give_up = Clock::now() + patience;
  while (!marker_answered_ && !arrived(largest_sent) && !out_of_time()) {
    hear_what_is_there();
    if (marker_answered_ || arrived(largest_sent)) break;
    if (Clock::now() >= give_up) {
      co_await send(sentinel_octets_);
      give_up = Clock::now() + patience;
    }
    co_await socket_.readable(std::min(give_up, deadline_) - Clock::now());
  }
  co_await settle(largest_sent);
}

/// What came after the marker on its way may still be under way.
asio::awaitable<void> PathMtuExchange::settle(std::uint32_t largest_sent) {
  auto const settled = Clock::now() + std::max<Clock::duration>(round_trip_ / 2, least_settling);
  while (!arrived(largest_sent) && Clock::now() < settled) {
    hear_what_is_there();
    if (arrived(largest_sent)) break;
    co_await socket_.readable(settled - Clock::now());
  }
}

/// Until `until`, the deadline, or the answer to a marker.
asio::awaitable<void> PathMtuExchange::hear(Clock::time_point until) {
  until = std::min(until, deadline_);
  hear_what_is_there();
  while (!marker_answered_ && Clock::now() < until) {
    co_await socket_.readable(until - Clock::now());
    hear_what_is_there();
  }
}

/// From now on the answer to a packet of this size says that what was sent before it was heard.
void PathMtuExchange::await_marker(std::uint32_t octets) {
  marker_answered_ = false;
  marker_octets_ = octets;
  first_marker_ = static_cast<std::uint32_t>(sent_.size());
}

/// Or a larger one.
bool PathMtuExchange::arrived(std::uint32_t octets) const {
  return confirmed_.lower_bound(octets) != confirmed_.end();
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
  // All answers to the largest burst, four times over.
  Arrival arrival;
  for (int taken = 0; taken < most_in_a_row && socket_.receive(arrival); ++taken) take(arrival);
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
  if (sent.octets == marker_octets_ && answer->sequence >= first_marker_) marker_answered_ = true;
}

std::set<std::uint32_t> PathMtuExchange::signalled() const {
  std::set<std::uint32_t> mtus;
  for (auto const& said : socket_.evidence())
    if (said.origin != "local" && said.mtu != 0) mtus.insert(said.mtu);
  return mtus;
}
}  // namespace leadline
