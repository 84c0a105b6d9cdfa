#include "probes/reach_udp.hpp"

#include "probes/core/within.hpp"
#include "probes/linux/shortage.hpp"
#include "probes/linux/turn.hpp"
#include "probes/linux/udp_probe_socket.hpp"
#include "probes/tcp_attempt.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {
// A healthy peer answers far sooner; only then is a try worth repeating.
constexpr std::chrono::milliseconds between_tries{500};
// Once some tries were answered, what is this late is lost.
constexpr std::chrono::milliseconds patience_for_stragglers{1000};

/// The state of one UDP echo: what was sent, what came back.
class Echo {
 public:
  Echo(Reach probe, UdpProbeSocket socket)
      : probe_{std::move(probe)}, socket_{std::move(socket)}, session_{std::random_device{}()} {
    seen_.attempt.port = probe_.path.udp_port;
  }

  error_code connect() { return socket_.connect(probe_.path.udp_target()); }

  error_code send() {
    Datagram request;
    request.run = probe_.path.passport.run;
    request.source = probe_.path.passport.self;
    request.target = probe_.path.peer;
    request.session = session_;
    request.sequence = static_cast<std::uint32_t>(seen_.sent);
    request.packet_octets =
        static_cast<std::uint16_t>(Datagram::octets + ip_and_udp_octets(probe_.path.source));
    request.sent_ns = realtime_ns();
    auto const packed = encode(request, probe_.path.passport.key);
    if (socket_.send(packed) != UdpProbeSocket::Sent::yes) return socket_.send_error();
    ++seen_.sent;
    return {};
  }

  /// A full queue of the own interface says nothing about the peer: tries until it has room.
  asio::awaitable<error_code> send_when_there_is_room(Clock::time_point until) {
    auto error = send();
    while (is_shortage(error.value()) && Clock::now() < until) {
      co_await elapse(pause_in_shortage);
      error = send();
    }
    co_return error;
  }

  /// Waits until as many answers or ICMP errors came as were sent, or `until` has passed.
  asio::awaitable<void> collect(Clock::time_point until) {
    take_arrived();
    for (auto now = Clock::now(); !settled() && now < until; now = Clock::now()) {
      co_await socket_.readable(until - now);
      take_arrived();
    }
  }

  [[nodiscard]] bool heard() const { return seen_.received > 0; }

  [[nodiscard]] bool impostor() const { return impostor_; }

  UdpEcho finish(error_code last_error) {
    auto& attempt = seen_.attempt;
    attempt.evidence = decisive(socket_.evidence());
    if (impostor_) {
      attempt.outcome = Outcome::wrong_node;
    } else if (heard()) {
      attempt.outcome = Outcome::answered;
      attempt.evidence.reset();
    } else {
      if (!last_error) last_error = asio::error::timed_out;
      if (attempt.evidence)
        last_error = {attempt.evidence->error_number, boost::system::system_category()};
      attempt.system_error = last_error.message();
      attempt.outcome = outcome_of({.error_number = last_error.value(),
                                    .evidence = attempt.evidence,
                                    .own = probe_.path.source,
                                    .target = probe_.path.target});
    }
    return seen_;
  }

 private:
  [[nodiscard]] bool settled() const {
    unsigned rejected = 0;
    for (auto const& entry : socket_.evidence())
      if (decisive({&entry, 1})) rejected += entry.count;
    return seen_.received + static_cast<int>(rejected) >= seen_.sent;
  }

  void take_arrived() {
    Arrival arrival;
    for (int taken = 0; taken < most_in_a_row && socket_.receive(arrival); ++taken) {
      auto const answer = decode_datagram(arrival.packet, probe_.path.passport.key);
      if (!answer || answer->kind != Datagram::Kind::answer || answer->session != session_ ||
          answer->run != probe_.path.passport.run || answer->source != probe_.path.passport.self ||
          std::cmp_greater_equal(answer->sequence, seen_.sent) ||
          !answered_.insert(answer->sequence).second)
        continue;
      ++seen_.received;
      note(*answer, arrival);
    }
  }

  void note(Datagram const& answer, Arrival const& arrival) {
    bool const impostor = answer.answered_by != probe_.path.peer;
    if (impostor_ && !impostor) return;  // one wrong answer is enough to name
    impostor_ = impostor;
    seen_.attempt.answered_by = answer.answered_by;
    seen_.attempt.source_seen = format_endpoint(answer.seen_address, answer.seen_port);
    seen_.ttl_seen = answer.seen_ttl;
    seen_.tos_seen = answer.seen_tos;
    seen_.ttl_received = arrival.ttl;
    auto const rtt = round_trip_us(answer, arrival);
    seen_.rtt_us = seen_.received == 1 ? rtt : std::min(seen_.rtt_us, rtt);
  }

  /// (T4 - T1) - (T3 - T2) of RFC 8762: the two clocks need not agree.
  double round_trip_us(Datagram const& answer, Arrival const& arrival) {
    socket_.drain_errors();
    for (auto const& stamp : socket_.take_send_stamps()) stamps_.insert(stamp.sent_ns);
    // The kernel's stamp of a packet is the first after its own T1: the next T1 is later.
    auto const stamp = stamps_.lower_bound(answer.sent_ns);
    auto const t1 =
        stamp != stamps_.end() && *stamp <= arrival.received_ns ? *stamp : answer.sent_ns;
    auto const away = static_cast<std::int64_t>(arrival.received_ns - t1);
    auto const there = static_cast<std::int64_t>(answer.answered_ns - answer.received_ns);
    return std::max(0.0, static_cast<double>(away - there) / 1e3);
  }

  Reach probe_;
  UdpProbeSocket socket_;
  std::uint32_t session_;
  UdpEcho seen_;
  std::set<std::uint32_t> answered_;
  std::set<std::uint64_t> stamps_;
  bool impostor_{};
};

UdpEcho not_sent(Reach const& probe, error_code error) {
  UdpEcho echo;
  echo.attempt.port = probe.path.udp_port;
  echo.attempt.system_error = error.message();
  echo.attempt.outcome = outcome_of({.error_number = error.value(),
                                     .evidence = std::nullopt,
                                     .own = probe.path.source,
                                     .target = probe.path.target});
  return echo;
}
}  // namespace

asio::awaitable<UdpEcho> reach_by_udp(Reach probe) {
  auto const start = Clock::now();
  auto const deadline = start + probe.timeout_ms;
  auto const executor = co_await asio::this_coro::executor;
  UdpProbeSocket::Options options;
  options.send_stamps = true;
  options.tos = probe.tos;
  auto socket = UdpProbeSocket::open(executor, {probe.path.source, 0}, options);
  if (!socket) co_return not_sent(probe, socket.error().code);
  Echo echo{probe, std::move(*socket)};
  if (auto const error = echo.connect()) co_return not_sent(probe, error);

  error_code last_error;
  auto const pause = std::min<Clock::duration>(between_tries, probe.timeout_ms / 8);
  for (int i = 0; i < probe.udp_tries; ++i) {
    last_error = co_await echo.send_when_there_is_room(std::min(deadline, Clock::now() + pause));
    co_await echo.collect(std::min(deadline, Clock::now() + pause));
  }
  auto const patience = echo.heard() ? Clock::now() + patience_for_stragglers : deadline;
  co_await echo.collect(std::min(deadline, patience));
  auto seen = echo.finish(last_error);
  seen.attempt.elapsed_ms = milliseconds_since(start);
  co_return seen;
}
}  // namespace leadline
