#include "agent/session.hpp"

#include "agent/backoff.hpp"
#include "agent/run.hpp"
#include "probes/core/within.hpp"
#include "probes/wire/channel.hpp"
#include "probes/wire/identity.hpp"
#include "probes/wire/message.hpp"
#include "probes/wire/refusal.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <malloc.h>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>

namespace leadline::agent {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds connect_limit{10};

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// An agent waits for days on a node that has better use for it: what a handshake or a run took
/// goes back to the kernel.
void give_memory_back() {
  ::malloc_trim(0);
}

Error failure(Error::Stage stage, boost::system::error_code code, std::string detail) {
  return {.stage = stage, .code = code, .detail = std::move(detail)};
}

/// A connection to a coordinator that showed what it is, and the certificate that was shown to it.
struct Dialled {
  std::shared_ptr<Channel> channel;
  CertificateFacts own;
};

Async<Dialled> dial(Options options) {
  auto const executor = co_await asio::this_coro::executor;
  auto const where = options.coordinator_host + ":" + options.coordinator_port;
  tcp::resolver resolver{executor};
  auto [resolve_error, addresses] =
      co_await resolver.async_resolve(options.coordinator_host, options.coordinator_port, no_throw);
  if (resolve_error) co_return tl::unexpected(failure(Error::Stage::resolve, resolve_error, where));
  tcp::socket socket{executor};
  auto const [connect_error, peer] = co_await asio::async_connect(socket, addresses, no_throw);
  if (connect_error) co_return tl::unexpected(failure(Error::Stage::connect, connect_error, where));
  // Only now: an agent that dials for days would otherwise read its files all the time.
  auto const identity = TlsIdentity::from_leadline(options.tls);
  if (!identity) co_return tl::unexpected(identity.error());
  auto const& own = (*identity)->client_leaf();
  HandshakeRecord record;
  Channel::Stream stream{std::move(socket), (*identity)->client()};
  keep_record(stream.native_handle(), record);
  auto const [handshake_error] =
      co_await stream.async_handshake(asio::ssl::stream_base::client, no_throw);
  forget_record(stream.native_handle());  // it ends with this function, the connection does not
  if (handshake_error)
    co_return tl::unexpected(
        failure(Error::Stage::handshake, {},
                fmt::format("{}: {}", where, why_refused(record, own, handshake_error))));
  auto const who = identity_of(SSL_get0_peer_certificate(stream.native_handle()));
  if (!who || who->role != Identity::Role::coordinator)
    co_return tl::unexpected(failure(
        Error::Stage::handshake, {},
        fmt::format(
            "{} does not show a coordinator's certificate but {}; only a coordinator is obeyed",
            where, who ? format(*who) : who.error())));
  co_return Dialled{.channel = Channel::over(std::move(stream), coordinator_frame_limit),
                    .own = own};
}

/// One connection's worth of obedience: each message does one thing to the run under way.
class Obedience {
 public:
  Obedience(asio::any_io_executor executor, Options options, std::shared_ptr<Channel> channel)
      : executor_{std::move(executor)},
        options_{std::move(options)},
        channel_{std::move(channel)} {}

  Obedience(Obedience const&) = delete;
  Obedience& operator=(Obedience const&) = delete;

  ~Obedience() {
    if (run_) run_->stop();
    channel_->close();
  }

  void operator()(Accepted const&) {
    spdlog::info("connected to the coordinator as {}/{}", options_.cluster, options_.node);
    accepted_ = true;
    give_memory_back();
  }

  void operator()(Refused const& refused) { refusal_ = refused.reason; }

  void operator()(Ping const& ping) {
    channel_->send(encode(
        AgentMessage{Pong{.coordinator_ns = ping.coordinator_ns, .agent_ns = wall_clock_ns()}}));
  }

  void operator()(Prepare const& order) {
    if (run_) run_->stop();
    spdlog::info("run {:x} begins", order.run);
    stopped_ = false;
    run_ = Run::begin(
        executor_, options_, order,
        [channel = channel_](AgentMessage const& message) { channel->send(encode(message)); });
    channel_->send(encode(AgentMessage{run_->prepared()}));
  }

  void operator()(RosterSheet& sheet) {
    if (is_current(sheet.run)) run_->learn(std::move(sheet));
  }

  void operator()(Batch& batch) {
    if (is_current(batch.run)) run_->start(std::move(batch));
  }

  void operator()(Count const& count) {
    if (is_current(count.run)) channel_->send(encode(AgentMessage{run_->counted()}));
  }

  void operator()(Stop const& stop) {
    if (!is_current(stop.run)) return;
    spdlog::info("run {:x} is over", stop.run);
    run_->stop();
    run_.reset();
    stopped_ = true;
    give_memory_back();
  }

  [[nodiscard]] bool accepted() const { return accepted_; }

  /// The last run has come to the end that the coordinator gave it.
  [[nodiscard]] bool stopped() const { return stopped_; }

  [[nodiscard]] std::string const& refusal() const { return refusal_; }

 private:
  [[nodiscard]] bool is_current(RunId run) const { return run_ && run_->id() == run; }

  asio::any_io_executor executor_;
  Options options_;
  std::shared_ptr<Channel> channel_;
  std::shared_ptr<Run> run_;
  bool accepted_{};
  bool stopped_{};
  std::string refusal_;
};

/// What came of a connection, while it lasts and after it.
struct Service {
  bool accepted{};  ///< the coordinator took us
  bool orderly{};   ///< and ended it when it had done with us
};

/// Until the connection ends, and then why.
asio::awaitable<std::string> serve_once(Options options, std::shared_ptr<Service> service) {
  auto const executor = co_await asio::this_coro::executor;
  auto dialling = dial(options);
  auto dialled = co_await within(connect_limit, std::move(dialling));
  if (!dialled) co_return describe(dialled.error());
  auto const channel = dialled->channel;
  Obedience obedience{executor, options, channel};
  channel->send(encode(AgentMessage{
      Hello{.version = LEADLINE_VERSION, .cluster = options.cluster, .node = options.node}}));
  for (;;) {
    auto receiving = channel->receive();
    auto text = co_await within(coordinator_silence_limit, std::move(receiving));
    if (!text) {
      if (auto const why = why_refused(text.error().code, dialled->own); !why.empty())
        co_return "the coordinator refused this agent: " + why;
      service->orderly = ended_orderly(text.error(), obedience.stopped());
      if (service->orderly) co_return "the coordinator has ended the connection";
      if (text.error().stage != Error::Stage::timeout) co_return describe(text.error());
      co_return fmt::format("the coordinator has been silent for {} s",
                            coordinator_silence_limit.count() / 1000);
    }
    auto message = decode_coordinator_message(*text);
    if (!message) co_return message.error();
    std::visit(obedience, *message);
    service->accepted = obedience.accepted();
    if (!obedience.refusal().empty())
      co_return "the coordinator refused this agent: " + obedience.refusal();
  }
}
}  // namespace

bool ended_orderly(Error const& error, bool stopped) {
  if (error.stage != Error::Stage::transfer) return false;
  bool const said_so = error.code == asio::error::eof;  // TLS: a close_notify
  bool const hung_up = error.code == asio::ssl::error::stream_truncated ||
                       error.code == asio::error::connection_reset;
  return said_so || (stopped && hung_up);
}

asio::awaitable<void> attend(Options options) {
  Backoff backoff;
  std::minstd_rand chance{std::random_device{}()};
  std::string told;
  for (;;) {
    auto const service = std::make_shared<Service>();
    auto serving = serve_once(options, service);
    auto const why = co_await std::move(serving);
    if (service->accepted) backoff.succeeded();
    // Once is enough while nothing changes: an idle agent may dial for days.
    if (service->orderly)
      spdlog::info("{}; dialling again, for the next run", why);
    else if (why != told)
      spdlog::warn("{}; trying again", why);
    if (why != told || service->accepted) give_memory_back();
    told = why;
    co_await elapse(backoff.next(std::uniform_real_distribution<>{0, 1}(chance)));
  }
}
}  // namespace leadline::agent
