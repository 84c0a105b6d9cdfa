#include "probes/bulk_target.hpp"

#include "probes/bulk_exchange.hpp"
#include "probes/bulk_stream.hpp"
#include "probes/core/within.hpp"
#include "probes/rate_series.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto set_up_limit = 6s;  ///< for the streams to come, and for their TLS handshakes
constexpr auto sample_period = 100ms;

/// One test, from its accepted request to its report.
struct Session {
  tcp::socket control;
  Preamble call;
  Bandwidth request;
  std::unique_ptr<BulkSlot::Lease> lease;
  asio::steady_timer changed;  ///< cancelled when a stream comes, and by stop()
  std::vector<std::unique_ptr<BulkStream>> streams;
  bool stopped{};

  Session(tcp::socket socket, Preamble preamble)
      : control{std::move(socket)}, call{preamble}, changed{control.get_executor()} {}

  [[nodiscard]] bool waits_for_streams() const {
    return !stopped && std::cmp_less(streams.size(), request.streams);
  }

  [[nodiscard]] std::uint64_t octets() const {
    return std::accumulate(streams.begin(), streams.end(), std::uint64_t{0},
                           [](auto sum, auto const& stream) { return sum + stream->octets(); });
  }

  [[nodiscard]] bool ended() const {
    return stopped || std::ranges::all_of(streams, &BulkStream::done,
                                          [](auto const& stream) -> auto& { return *stream; });
  }

  /// Why a stream ended that should not have.
  [[nodiscard]] std::string failure() const {
    for (auto const& stream : streams)
      if (stream->done() && !stream->failure().empty()) return stream->failure();
    return {};
  }

  void stop() {
    stopped = true;
    changed.cancel();
    boost::system::error_code ignored;
    control.close(ignored);
    for (auto const& stream : streams) stream->stop();
  }
};

using SessionPointer = std::shared_ptr<Session>;

asio::awaitable<bool> all_streams(SessionPointer session) {
  auto const deadline = Clock::now() + set_up_limit;
  while (session->waits_for_streams() && Clock::now() < deadline) {
    session->changed.expires_at(deadline);
    co_await session->changed.async_wait(no_throw);
  }
  co_return !session->stopped && !session->waits_for_streams();
}

asio::awaitable<bool> first_octet(SessionPointer session) {
  auto const deadline = Clock::now() + set_up_limit;
  while (session->octets() == 0 && !session->ended() && Clock::now() < deadline) {
    session->changed.expires_after(2ms);
    co_await session->changed.async_wait(no_throw);
  }
  co_return session->octets() > 0;
}

/// A transfer too short to be sampled: all of it, from its first to its last octets.
void describe_short_transfer(BulkReport& report, Session const& session) {
  auto first = std::chrono::nanoseconds::max();
  auto last = 0ns;
  for (auto const& stream : session.streams) {
    if (stream->first_moved() == 0ns) continue;
    first = std::min(first, stream->first_moved());
    last = std::max(last, stream->last_moved());
  }
  std::chrono::duration<double> const time = std::max(0ns, last - first);
  report.measured_seconds = time.count();
  report.rate_bits_per_second =
      time.count() > 0 ? (Bytes{report.transferred_bytes} / time).per_second : 0;
}

/// Reads the counters until the rate is known, the time is up or the streams have ended.
asio::awaitable<BulkReport> sample(SessionPointer session) {
  auto const start = Clock::now();
  auto const end = start + session->request.duration_ms;
  RateSeries series{session->request.warm_up_ms};
  series.add(0ns, session->octets());
  BulkReport report;
  for (auto next = start + sample_period; !report.stopped_early; next += sample_period) {
    session->changed.expires_at(std::min(next, end));
    co_await session->changed.async_wait(no_throw);
    // The window in which the streams end is not full.
    if (session->ended()) break;
    auto const now = Clock::now();
    series.add(now - start, session->octets());
    if (now >= end) break;
    report.stopped_early = series.known();
  }
  report.transferred_bytes = session->octets();
  report.samples_bits_per_second = series.samples();
  report.measured_seconds = series.measured().count();
  report.rate_bits_per_second = series.rate().per_second;
  report.relative_uncertainty = estimate_rate(series.samples()).relative_uncertainty;
  if (series.samples().empty()) describe_short_transfer(report, *session);
  co_return report;
}

/// Ends when the source hangs up; before the first halt it has nothing to say.
asio::awaitable<void> hang_up(SessionPointer session) {
  co_await session->control.async_wait(tcp::socket::wait_read, no_throw);
}

asio::awaitable<BulkReport> measure(SessionPointer session) {
  BulkReport report;
  bool const complete = co_await all_streams(session);
  if (!complete) {
    report.failure =
        fmt::format("{} of {} streams came", session->streams.size(), session->request.streams);
    co_return report;
  }
  bool const flows = co_await first_octet(session);
  if (!flows) {
    report.failure = session->failure();
    if (report.failure.empty()) report.failure = "no octet arrived";
    co_return report;
  }
  co_return co_await sample(session);
}

void describe_streams(BulkReport& report, Session const& session) {
  double all = 0;
  for (auto const& stream : session.streams) {
    report.cpu_share = std::max(report.cpu_share, stream->cpu_share());
    all += stream->cpu_share();
  }
  report.cpu_share_all = all / std::max(1U, std::thread::hardware_concurrency());
}

/// Runs an accepted test; the caller stops the session whatever happens here.
Async<bool> carry_out(SessionPointer session) {
  using namespace asio::experimental::awaitable_operators;
  auto outcome = co_await (measure(session) || hang_up(session));
  auto* const measured = std::get_if<0>(&outcome);
  if (measured == nullptr || session->stopped) co_return false;
  BulkReport report = std::move(*measured);
  if (report.failure.empty()) report.failure = session->failure();
  for (auto const& stream : session->streams) report.streams.push_back(stream->snapshot());
  nlohmann::json const halt = BulkHalt{};
  auto const told = co_await send_json(&session->control, halt);
  if (!told) co_return false;
  auto const halted = co_await receive_json(&session->control, bulk_message_limit, 2s);
  if (!halted || session->stopped) co_return false;
  for (auto const& stream : session->streams) stream->stop();
  describe_streams(report, *session);
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
  Occupancy<State> const occupancy{state, session};
  nlohmann::json const reply = BulkReply{.accepted = true, .busy = false, .reason = {}};
  auto const told = co_await send_json(&session->control, reply);
  // The lease: whatever the peer does, this node is free again after that.
  auto const lease = 2 * set_up_limit + session->request.duration_ms + 5s;
  if (told) co_await within(lease, carry_out(session));
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
         session->waits_for_streams() && session->call.session == preamble.session &&
         session->call.source == preamble.source;
}

asio::awaitable<void> BulkTarget::serve_control(tcp::socket socket, Preamble preamble) {
  return serve(state_, std::move(socket), preamble);
}

asio::awaitable<void> BulkTarget::serve_stream(tcp::socket socket, Preamble preamble) {
  if (!admits(preamble)) co_return;  // the test may have ended since the welcome
  auto const session = state_->session;
  bool const tls = session->request.transport == Transport::tls;
  auto stream = BulkStream::start(std::move(socket), {.identity = tls ? state_->identity : nullptr,
                                                      .mode = session->request.mode});
  if (stream) session->streams.push_back(std::move(*stream));
  session->changed.cancel();
}

void BulkTarget::stop() {
  state_->stopped = true;
  if (auto const session = std::exchange(state_->session, nullptr)) session->stop();
}
}  // namespace leadline
