#include "probes/latency.hpp"

#include "probes/latency_statistics.hpp"
#include "probes/linux/shortage.hpp"
#include "probes/linux/turn.hpp"
#include "probes/linux/udp_probe_socket.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {
constexpr auto shortest_interval = 100us;
constexpr std::int64_t most_packets = 100'000;
constexpr std::uint64_t latest_stamp_ns = 1'000'000'000;
constexpr int closing_requests = 3;
constexpr double starved_us = 20'000;
// What is later than both is left out. At an agent's shortest interval that leaves 50 packets to
// make up for, which each queue on the way has room for.
constexpr int most_intervals_late = 4;
constexpr auto most_time_late = 50ms;
/// For each packet that was sent: the rest is a thinner sample, but one of the same path.
constexpr std::uint64_t most_left_out = 9;

/// Sends the packets of one session and gathers answers and stamps.
class LatencyExchange {
 public:
  LatencyExchange(UdpProbeSocket socket, Path path)
      : socket_{std::move(socket)},
        path_{std::move(path)},
        session_number_{std::random_device{}()} {}

  /// Absolute deadlines: being late once does not shift the rest. After a standstill what is
  /// overdue is left out: in a burst it would lose packets and take times of its own. It gets no
  /// sequence number, so it counts as neither sent nor lost.
  asio::awaitable<void> send_all(std::int64_t count, std::chrono::microseconds interval) {
    auto const start = Clock::now();
    auto const too_late = std::max<Clock::duration>(most_intervals_late * interval, most_time_late);
    session_.samples.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      auto const due = start + i * interval;
      if (Clock::now() - due > too_late) {
        ++left_out_;
        continue;
      }
      co_await hear_until(due, false);
      latest_send_ = std::max(latest_send_, Clock::now() - due);
      co_await send_sample(due + interval);
      // Who is late again at once has waited for nothing: the others on this thread have their
      // turn.
      if (Clock::now() > due + interval)
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
  }

  asio::awaitable<void> await_the_last() {
    constexpr Clock::duration least = 200ms;
    constexpr Clock::duration most = 1s;
    co_await hear_until(Clock::now() + std::clamp<Clock::duration>(2 * round_trip_, least, most),
                        true);
    hear(most_at_the_end);
    // Where the last answers are missing, only the peer knows whether the requests came.
    if (session_.arrivals.empty() || session_.samples.back().back_ns != 0) co_return;
    auto const first = static_cast<std::uint32_t>(session_.samples.size());
    for (int i = 0; i < closing_requests && !final_count_; ++i) {
      send(first + static_cast<std::uint32_t>(i), realtime_ns());
      auto const patience = Clock::now() + std::max<Clock::duration>(2 * round_trip_, 20ms);
      while (!final_count_ && Clock::now() < patience) {
        co_await socket_.readable(patience - Clock::now());
        hear();
      }
    }
    if (final_count_)
      session_.peers_highest_count = std::max(session_.peers_highest_count, *final_count_);
  }

  [[nodiscard]] Latency::Result result() {
    Latency::Result r;
    replace_by_kernel_stamps();
    summarise(session_, r);
    // The kernel switches stamping on a moment after a first socket asks: some may lack it.
    r.kernel_stamps = r.received > 0 && kernel_stamped_ * 10 >= std::uint64_t{r.received} * 9;
    r.local_drops = dropped_ + never_out_;
    r.left_out = left_out_;
    r.latest_send_us = std::chrono::duration<double, std::micro>(latest_send_).count();
    return r;
  }

 private:
  /// As soon as the own queue has room; a sample that finds none before the next is due was never
  /// on the network.
  asio::awaitable<void> send_sample(Clock::time_point next_due) {
    auto const sequence = static_cast<std::uint32_t>(session_.samples.size());
    session_.samples.push_back({});
    numbers_by_kernel_.push_back(0);
    while (true) {
      session_.samples.back().sent_ns = realtime_ns();
      numbers_by_kernel_.back() = packets_made_;
      auto const sent = send(sequence, session_.samples.back().sent_ns);
      if (sent != UdpProbeSocket::Sent::no_room_here) co_return;
      if (Clock::now() >= next_due) break;
      co_await hear_until(std::min(next_due, Clock::now() + pause_in_shortage), false);
    }
    session_.samples.pop_back();
    numbers_by_kernel_.pop_back();
    ++never_out_;
  }

  UdpProbeSocket::Sent send(std::uint32_t sequence, std::uint64_t sent_ns) {
    Datagram const request{.kind = Datagram::Kind::request,
                           .purpose = Datagram::Purpose::latency,
                           .run = path_.passport.run,
                           .source = path_.passport.self,
                           .target = path_.peer,
                           .session = session_number_,
                           .sequence = sequence,
                           .packet_octets = static_cast<std::uint16_t>(
                               Datagram::octets + ip_and_udp_octets(path_.target)),
                           .sent_ns = sent_ns};
    auto const sent = socket_.send(encode(request, path_.passport.key));
    // What the queue refuses has its number already, what finds no buffer has none (OPT_ID).
    if (sent != UdpProbeSocket::Sent::no_room_here || is_shortage(socket_.send_error().value()))
      ++packets_made_;
    socket_.drain_errors();  // the stamp is there already: saves a wake-up for it
    return sent;
  }

  asio::awaitable<void> hear_until(Clock::time_point until, bool stop_when_all_answered) {
    hear();
    while (Clock::now() < until) {
      if (stop_when_all_answered && session_.arrivals.size() == session_.samples.size()) co_return;
      co_await socket_.readable(until - Clock::now());
      hear();
    }
  }

  void hear(int most = most_in_a_row) {
    Arrival arrival;
    for (int taken = 0; taken < most && socket_.receive(arrival); ++taken) take(arrival);
    for (auto const& stamp : socket_.take_send_stamps()) stamps_.push_back(stamp);
  }

  void take(Arrival const& arrival) {
    dropped_ = std::max(dropped_, arrival.dropped);
    auto const answer = decode_datagram(arrival.packet, path_.passport.key);
    if (!answer || answer->kind != Datagram::Kind::answer ||
        answer->purpose != Datagram::Purpose::latency || answer->run != path_.passport.run ||
        answer->session != session_number_ || answer->answered_by != path_.peer)
      return;
    session_.peers_drops_before = std::min(session_.peers_drops_before, answer->answerer_drops);
    session_.peers_drops_after = std::max(session_.peers_drops_after, answer->answerer_drops);
    auto const closing = static_cast<std::uint32_t>(session_.samples.size());
    if (answer->sequence >= closing) {
      auto const closers = answer->sequence - closing + 1;  // those are counted as well
      if (answer->sequence < closing + closing_requests && answer->received_count >= closers)
        final_count_ = answer->received_count - closers;
      return;
    }
    auto& sample = session_.samples[answer->sequence];
    session_.peers_highest_count = std::max(session_.peers_highest_count, answer->received_count);
    if (sample.back_ns != 0) {
      ++session_.duplicates;
      return;
    }
    sample.received_ns = answer->received_ns;
    sample.answered_ns = answer->answered_ns;
    sample.back_ns = arrival.received_ns;
    received_by_kernel_.push_back(arrival.kernel_stamp);
    session_.arrivals.push_back(answer->sequence);
    round_trip_ = std::chrono::nanoseconds{
        static_cast<std::int64_t>(sample.back_ns - std::min(sample.sent_ns, sample.back_ns))};
  }

  void replace_by_kernel_stamps() {
    std::vector<bool> stamped(session_.samples.size());
    for (auto const& stamp : stamps_) {
      auto const found = std::ranges::lower_bound(numbers_by_kernel_, stamp.id);
      if (found == numbers_by_kernel_.end() || *found != stamp.id) continue;
      auto const sequence = static_cast<std::size_t>(found - numbers_by_kernel_.begin());
      auto& sent_ns = session_.samples[sequence].sent_ns;
      // A send that failed may shift the kernel's count: a stamp before the call is another's.
      if (stamp.sent_ns < sent_ns || stamp.sent_ns - sent_ns > latest_stamp_ns) continue;
      sent_ns = stamp.sent_ns;
      stamped[sequence] = true;
    }
    for (std::size_t i = 0; i < session_.arrivals.size(); ++i)
      if (received_by_kernel_[i] && stamped[session_.arrivals[i]]) ++kernel_stamped_;
  }

  UdpProbeSocket socket_;
  Path path_;
  std::uint32_t session_number_;
  LatencySession session_;
  std::vector<SendStamp> stamps_;
  std::vector<std::uint32_t> numbers_by_kernel_;  ///< of the samples, as the stamps have them
  std::uint32_t packets_made_{};
  std::uint32_t never_out_{};
  std::vector<bool> received_by_kernel_;  ///< in the order of session_.arrivals
  std::optional<std::uint32_t> final_count_;
  Clock::duration round_trip_{};
  Clock::duration latest_send_{};
  std::uint32_t dropped_{};
  std::uint64_t kernel_stamped_{};
  std::uint32_t left_out_{};
};
}  // namespace

Async<Latency::Result> run(Latency probe) {
  auto const executor = co_await asio::this_coro::executor;
  auto socket = UdpProbeSocket::open(executor, {probe.path.source, 0},
                                     UdpProbeSocket::Options{.send_stamps = true});
  if (!socket) co_return tl::unexpected(socket.error());
  if (auto const error = socket->connect(probe.path.udp_target()))
    co_return tl::unexpected(Error{.stage = Error::Stage::connect,
                                   .code = error,
                                   .detail = "route to " + probe.path.target.to_string()});
  auto const interval = std::max<std::chrono::microseconds>(probe.interval_us, shortest_interval);
  auto const count = std::clamp<std::int64_t>(probe.duration_ms / interval, 1, most_packets);
  LatencyExchange exchange{std::move(*socket), probe.path};
  co_await exchange.send_all(count, interval);
  co_await exchange.await_the_last();
  auto result = exchange.result();
  result.under_load = probe.under_load;
  co_return result;
}

bool may_be_lost_by_peer(Latency::Result const& r) {
  auto const lost = r.lost_forward + r.lost_reverse;
  return !r.under_load && lost > 0 && std::uint64_t{2} * r.peer_drops >= lost;
}

Assessment assess(Latency::Result const& r) {
  if (r.local_drops > 0)
    return {.status = Status::inconclusive,
            .reason = fmt::format("the own socket, or the queue of the own interface, had no room "
                                  "for {} packets: these losses are not the network's",
                                  r.local_drops)};
  if (r.sent == 0) return {.status = Status::inconclusive, .reason = "nothing was sent"};
  if (r.left_out > most_left_out * r.sent)
    return {.status = Status::inconclusive,
            .reason = fmt::format("the process was starved: it sent {} of {} packets", r.sent,
                                  std::uint64_t{r.sent} + r.left_out)};
  if (r.received == 0)
    return {.status = Status::fail,
            .reason = fmt::format("none of {} packets was answered", r.sent)};
  if (may_be_lost_by_peer(r))
    return {.status = Status::inconclusive,
            .reason = fmt::format("the agent of the peer was too busy and dropped {} packets "
                                  "itself: the {} lost here may not be the network's",
                                  r.peer_drops, r.lost_forward + r.lost_reverse)};
  if (!r.kernel_stamps && r.latest_send_us > starved_us)
    return {.status = Status::inconclusive,
            .reason = fmt::format(
                "the process was starved ({:.0f} ms late) and had no kernel stamps: the "
                "times are not the network's",
                r.latest_send_us / 1000)};
  auto const times =
      fmt::format("round trip {:.0f} us at the median, {:.0f} us at the 99th percentile",
                  r.rtt_p50_us, r.rtt_p99_us);
  auto const lost = r.lost_forward + r.lost_reverse;
  if (lost == 0) return {.status = Status::ok, .reason = times + ", none lost"};
  return {.status = Status::warn,
          .reason = fmt::format("{}, {} of {} packets lost ({} forward, {} on the way back)", times,
                                lost, r.sent, r.lost_forward, r.lost_reverse)};
}
}  // namespace leadline
