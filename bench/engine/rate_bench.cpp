#include "bench/engine/rate_bench.hpp"

#include "bench/engine/thread_place.hpp"
#include "probes/reach_tcp.hpp"
#include "probes/responder.hpp"
#include "probes/tls_handshake.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <stdexcept>
#include <thread>

namespace leadline::bench {
namespace {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

/// A responder with a thread of its own.
class Answering {
 public:
  Answering(Options const& options, std::shared_ptr<TlsIdentity const> identity) {
    auto opened =
        Responder::open(context_.get_executor(), {.passport = {.run = 1, .key = key_, .self = 2},
                                                  .addresses = {options.at.address()},
                                                  .tcp_listeners = 1,
                                                  .identity = std::move(identity)});
    if (!opened) throw std::runtime_error{describe(opened.error())};
    responder_ = std::move(*opened);
    path_ = {.passport = {.run = 1, .key = key_, .self = 1},
             .peer = 2,
             .source = options.at.address(),
             .target = options.at.address(),
             .udp_port = responder_->ports().front().udp,
             .tcp_ports = responder_->ports().front().tcp};
    thread_ = std::thread{[this, processor = options.receiver_processor] {
      run_on(processor);
      context_.run();
      cpu_seconds_ = thread_cpu_seconds();
    }};
  }

  ~Answering() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Answering(Answering const&) = delete;
  Answering& operator=(Answering const&) = delete;
  Answering(Answering&&) = delete;
  Answering& operator=(Answering&&) = delete;

  [[nodiscard]] Path const& path() const { return path_; }

  /// CPU seconds of its thread.
  double stop() {
    asio::post(context_, [this] { responder_->stop(); });
    if (thread_.joinable()) thread_.join();
    return cpu_seconds_;
  }

 private:
  asio::io_context context_;
  RunKey key_ = RunKey::random();
  std::unique_ptr<Responder> responder_;
  Path path_;
  double cpu_seconds_{};
  std::thread thread_;
};

/// One call; what went wrong, empty: nothing.
using Call = asio::awaitable<std::string> (*)(Path, std::shared_ptr<TlsIdentity const>);

asio::awaitable<std::string> call_for_echo(Path path, std::shared_ptr<TlsIdentity const>) {
  auto const attempts = co_await reach_by_tcp(std::move(path), std::chrono::seconds{2});
  auto const& first = attempts.front();
  co_return first.outcome == Outcome::answered ? std::string{} : first.system_error + " (echo)";
}

asio::awaitable<std::string> call_for_handshake(Path path,
                                                std::shared_ptr<TlsIdentity const> identity) {
  TlsHandshake probe;
  probe.path = std::move(path);
  probe.identity = std::move(identity);
  auto const result = co_await run(std::move(probe));
  if (!result) co_return describe(result.error());
  co_return result->completed ? std::string{} : "no handshake: " + result->detail;
}

asio::awaitable<int> repeat(Call call, Path path, std::shared_ptr<TlsIdentity const> identity,
                            Clock::time_point end) {
  int done = 0;
  for (; Clock::now() < end; ++done)
    if (auto const problem = co_await call(path, identity); !problem.empty())
      throw std::runtime_error{problem};
  co_return done;
}

nlohmann::json measure(Options const& options, Call call,
                       std::shared_ptr<TlsIdentity const> const& identity) {
  Answering answering{options, identity};
  run_on(options.sender_processor);
  asio::io_context context;
  int done = 0;
  std::exception_ptr failure;
  auto const before = thread_cpu_seconds();
  auto const began = Clock::now();
  for (int i = 0; i < at_once; ++i)
    asio::co_spawn(context, repeat(call, answering.path(), identity, began + options.duration),
                   [&](std::exception_ptr const& thrown, int count) {
                     if (thrown) failure = thrown;
                     done += count;
                   });
  context.run();
  if (failure) std::rethrow_exception(failure);
  std::chrono::duration<double> const time = Clock::now() - began;
  double const client = thread_cpu_seconds() - before;
  double const server = answering.stop();
  return {{"count", done},
          {"seconds", time.count()},
          {"per_second", done / time.count()},
          {"client_cpu_us_each", 1e6 * client / done},
          {"server_cpu_us_each", 1e6 * server / done}};
}
}  // namespace

nlohmann::json echo(Options const& options) {
  return measure(options, call_for_echo, nullptr);
}

nlohmann::json handshakes(Options const& options) {
  auto identity = TlsIdentity::from_leadline(options.identity);
  if (!identity) throw std::runtime_error{describe(identity.error())};
  return measure(options, call_for_handshake, *identity);
}
}  // namespace leadline::bench
