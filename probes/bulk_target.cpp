#include "probes/bulk_target.hpp"

#include "probes/bulk_exchange.hpp"
#include "probes/bulk_sampling.hpp"
#include "probes/bulk_stream.hpp"
#include "probes/core/within.hpp"
#include "probes/linux/connection_option.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// One test, from its accepted request to its report.
struct Session {
  tcp::socket control;
  Preamble call;
  Bandwidth request;
  std::unique_ptr<BulkSlot::Lease> lease;
  asio::steady_timer changed;  ///< cancelled when a stream comes, and by stop()
  BulkStreams streams;
  BulkStreams reverse;  ///< of a bidirectional test: this node sends
  BulkStream::Settings receiving;
  BulkStream::Settings sending_back;
  std::string problem;  ///< why a stream that came could not be used
  bool stopped{};

  Session(tcp::socket socket, Preamble preamble)
      : control{std::move(socket)}, call{preamble}, changed{control.get_executor()} {}

  [[nodiscard]] std::size_t expected(BulkWay way) const {
    bool const none = way == BulkWay::reverse && !request.bidirectional;
    return none ? 0 : static_cast<std::size_t>(request.streams);
  }

  [[nodiscard]] bool waits_for(BulkWay way) const {
    return !stopped && problem.empty() &&
           (way == BulkWay::forward ? streams : reverse).size() < expected(way);
  }

  [[nodiscard]] bool waits_for_streams() const {
    return waits_for(BulkWay::forward) || waits_for(BulkWay::reverse);
  }

  [[nodiscard]] bool over() const { return stopped || (ended(streams) && ended(reverse)); }

  /// Why a stream ended that should not have.
  [[nodiscard]] std::string failure() const {
    auto why = failure_of(streams);
    return why.empty() ? failure_of(reverse) : why;
  }

  void stop_streams() {
    for (auto const& stream : streams) stream->stop();
    for (auto const& stream : reverse) stream->stop();
  }

  void stop() {
    stopped = true;
    changed.cancel();
    boost::system::error_code ignored;
    control.close(ignored);
    stop_streams();
  }
};

using SessionPointer = std::shared_ptr<Session>;

asio::awaitable<bool> all_streams(SessionPointer session, Clock::time_point deadline) {
  while (session->waits_for_streams() && Clock::now() < deadline) {
    session->changed.expires_at(deadline);
    co_await session->changed.async_wait(no_throw);
  }
  co_return !session->stopped && session->problem.empty() && !session->waits_for_streams();
}

asio::awaitable<bool> first_octet(SessionPointer session, Clock::time_point deadline) {
  while (octets_of(session->streams) == 0 && !session->over() && Clock::now() < deadline) {
    session->changed.expires_after(2ms);
    co_await session->changed.async_wait(no_throw);
  }
  co_return octets_of(session->streams) > 0;
}

/// Reads the counters until the rate is known, the time is up or the streams have ended.
asio::awaitable<BulkReport> sample(SessionPointer session) {
  BulkSampling forward{session->streams, session->request.warm_up_ms};
  BulkSampling reverse{session->reverse, session->request.warm_up_ms};
  auto const end = forward.began() + session->request.duration_ms;
  auto due = forward.began();
  for (;;) {
    due = next_sample(due, Clock::now());
    auto const next = std::min(due, end);
    session->changed.expires_at(next);
    co_await session->changed.async_wait(no_throw);
    if (session->over()) break;
    forward.take(next);
    reverse.take(next);
    if (Clock::now() >= end) break;
    if (session->request.bidirectional || session->request.whole_duration || !forward.known())
      continue;
    forward.stop_early();
    break;
  }
  BulkReport report{.failure = {}, .count = forward.count(), .receiver = forward.end()};
  if (session->request.bidirectional) report.reverse_sender = reverse.end();
  co_return report;
}

/// Ends when the source hangs up; before the first halt it has nothing to say.
asio::awaitable<void> hang_up(SessionPointer session) {
  co_await session->control.async_wait(tcp::socket::wait_read, no_throw);
}

std::string missing_streams(Session const& session) {
  if (!session.problem.empty()) return session.problem;
  return fmt::format("{} of {} streams came", session.streams.size() + session.reverse.size(),
                     session.expected(BulkWay::forward) + session.expected(BulkWay::reverse));
}

asio::awaitable<BulkReport> measure(SessionPointer session) {
  auto const deadline = Clock::now() + bulk_set_up_limit;
  BulkReport report;
  bool const complete = co_await all_streams(session, deadline);
  if (!complete) {
    report.failure = missing_streams(*session);
    co_return report;
  }
  bool const flows = co_await first_octet(session, deadline);
  if (!flows) {
    report.failure = session->failure();
    if (report.failure.empty()) report.failure = "no octet arrived";
    co_return report;
  }
  co_return co_await sample(session);
}

/// Runs an accepted test; the caller stops the session whatever happens here.
Async<bool> carry_out(SessionPointer session) {
  using namespace asio::experimental::awaitable_operators;
  auto outcome = co_await (measure(session) || hang_up(session));
  auto* const measured = std::get_if<0>(&outcome);
  if (measured == nullptr || session->stopped) co_return false;
  BulkReport report = std::move(*measured);
  if (report.failure.empty()) report.failure = session->failure();
  nlohmann::json const halt = BulkHalt{};
  auto const told = co_await send_json(&session->control, halt);
  if (!told) co_return false;
  auto const halted =
      co_await receive_json(&session->control, bulk_message_limit, bulk_halted_limit);
  if (!halted || session->stopped) co_return false;
  session->stop_streams();
  if (report.reverse_sender && !session->reverse.empty())
    report.reverse_sender->sending = session->reverse.front()->sending();
  nlohmann::json const message = report;
  co_return co_await send_json(&session->control, message);
}
}  // namespace

struct BulkTarget::State {
  std::shared_ptr<BulkSlot> slot;
  std::shared_ptr<TlsIdentity const> identity;
  SessionPointer session;
  bool stopped{};
};

namespace {
template <class State>
std::optional<BulkReply> refusal(State const& state, Expected<BulkRequest> const& request) {
  if (!request)
    return BulkReply{.accepted = false, .busy = false, .reason = describe(request.error())};
  if (auto reason = objection_to(request->bandwidth); !reason.empty())
    return BulkReply{.accepted = false, .busy = false, .reason = std::move(reason)};
  if (request->bandwidth.transport == Transport::tls && !state.identity)
    return BulkReply{.accepted = false, .busy = false, .reason = "the target has no TLS identity"};
  if (state.stopped || !state.slot->free())
    return BulkReply{.accepted = false, .busy = true, .reason = "another bulk test is running"};
  return std::nullopt;
}

/// The test that this node is busy with; ended with the coroutine, however that comes to its end.
template <class State>
class Occupancy {
 public:
  Occupancy(std::shared_ptr<State> state, SessionPointer session)
      : state_{std::move(state)}, session_{std::move(session)} {
    session_->lease = state_->slot->take();
    state_->session = session_;
  }

  ~Occupancy() {
    session_->stop();
    session_->lease.reset();
    if (state_->session == session_) state_->session.reset();
  }

  Occupancy(Occupancy const&) = delete;
  Occupancy& operator=(Occupancy const&) = delete;
  Occupancy(Occupancy&&) = delete;
  Occupancy& operator=(Occupancy&&) = delete;

 private:
  std::shared_ptr<State> state_;
  SessionPointer session_;
};

template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> state, tcp::socket socket, Preamble preamble) {
  auto const session = std::make_shared<Session>(std::move(socket), preamble);
  auto const message = co_await receive_json(&session->control, bulk_message_limit, 5s);
  if (!message) co_return;
  auto const request = read_as<BulkRequest>(*message);
  if (auto const no = refusal(*state, request)) {
    nlohmann::json const reply = *no;
    co_await send_json(&session->control, reply);
    co_return;
  }
  session->request = request->bandwidth;
  session->receiving = stream_settings(session->request, state->identity, false);
  session->sending_back =
      sending(session->receiving, session->request,
              tighter(session->request.rate_limit_bits_per_second, state->slot->max_rate()));
  Occupancy<State> const occupancy{state, session};
  nlohmann::json const reply = BulkReply{.accepted = true,
                                         .busy = false,
                                         .reason = {},
                                         .rate_limit_bits_per_second = state->slot->max_rate(),
                                         .link_speed_bits_per_second = state->slot->link_speed()};
  auto const told = co_await send_json(&session->control, reply);
  if (told) co_await within(session->request.duration_ms + bulk_overhead, carry_out(session));
}
}  // namespace

BulkTarget::BulkTarget(std::shared_ptr<BulkSlot> slot, std::shared_ptr<TlsIdentity const> identity)
    : state_{std::make_shared<State>()} {
  state_->slot = std::move(slot);
  state_->identity = std::move(identity);
}

BulkTarget::~BulkTarget() {
  stop();
}

bool BulkTarget::admits(Preamble const& preamble) const {
  if (state_->stopped) return false;
  if (preamble.purpose == Preamble::Purpose::bulk_control) return state_->slot->free();
  auto const& session = state_->session;
  return preamble.purpose == Preamble::Purpose::bulk_stream && session &&
         session->call.session == preamble.session && session->call.source == preamble.source &&
         preamble.parameter <= static_cast<std::uint64_t>(BulkWay::reverse) &&
         session->waits_for(BulkWay{static_cast<std::uint8_t>(preamble.parameter)});
}

asio::awaitable<void> BulkTarget::serve_control(tcp::socket socket, Preamble preamble) {
  return serve(state_, std::move(socket), preamble);
}

asio::awaitable<void> BulkTarget::serve_stream(tcp::socket socket, Preamble preamble) {
  if (!admits(preamble)) co_return;  // the test may have ended since the welcome
  auto const session = state_->session;
  bool const back = BulkWay{static_cast<std::uint8_t>(preamble.parameter)} == BulkWay::reverse;
  // The source's MSS holds for both directions: it was in its SYN.
  auto const set =
      apply({.congestion = session->request.congestion, .dscp = session->request.dscp}, socket);
  auto stream =
      set ? BulkStream::start(std::move(socket), back ? session->sending_back : session->receiving)
          : tl::unexpected(set.error());
  if (stream)
    (back ? session->reverse : session->streams).push_back(std::move(*stream));
  else
    session->problem = describe(stream.error());
  session->changed.cancel();
}

void BulkTarget::stop() {
  state_->stopped = true;
  if (auto const session = std::exchange(state_->session, nullptr)) session->stop();
}
}  // namespace leadline
