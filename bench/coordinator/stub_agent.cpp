#include "bench/coordinator/stub_agent.hpp"

#include "agent/outbox.hpp"
#include "probes/core/within.hpp"
#include "probes/wire/channel.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadline::bench {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

asio::awaitable<std::shared_ptr<Channel>> dial(StubAgent const* agent, tcp::endpoint coordinator) {
  for (;;) {
    tcp::socket socket{co_await asio::this_coro::executor};
    auto const [refused] = co_await socket.async_connect(coordinator, no_throw);
    if (refused) {
      co_await elapse(100ms);
      continue;
    }
    Channel::Stream stream{std::move(socket), agent->identity->client()};
    auto const [failed] = co_await stream.async_handshake(asio::ssl::stream_base::client, no_throw);
    if (failed) throw std::runtime_error{"TLS handshake: " + failed.message()};
    co_return Channel::over(std::move(stream), coordinator_frame_limit);
  }
}

/// The text with one number in place of another.
std::string with_number(std::string_view text, NodeIndex before, NodeIndex after) {
  auto const old = std::to_string(before);
  auto const fresh = std::to_string(after);
  std::string result;
  result.reserve(text.size());
  for (;;) {
    auto const at = text.find(old);
    result += text.substr(0, at);
    if (at == std::string_view::npos) return result;
    result += fresh;
    text.remove_prefix(at + old.size());
  }
}

std::int64_t wall_clock_ns() {
  return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
}

/// Observations, as text, on their way to the coordinator in groups as large as a real agent's.
class Group {
 public:
  Group(std::shared_ptr<Channel> channel, Batch const& batch)
      : channel_{std::move(channel)}, run_{batch.run}, batch_{batch.batch} {}

  void add(std::string_view observations, std::size_t count) {
    if (!text_.empty()) text_ += ',';
    text_ += observations;
    count_ += count;
    if (count_ >= agent::Outbox::most_together) send();
  }

  void send() {
    if (count_ > 0)
      channel_->send(fmt::format(R"({{"batch":{},"observations":[{}],"run":{},"type":"observed"}})",
                                 batch_, std::exchange(text_, {}), run_));
    count_ = 0;
  }

 private:
  std::shared_ptr<Channel> channel_;
  RunId run_;
  std::uint32_t batch_;
  std::string text_;
  std::size_t count_{};
};

std::string imagine_all(std::vector<AnyProbe> const& probes, NodeIndex self, NodeIndex target,
                        ImaginedFaults const& faults) {
  std::string text;
  for (auto const& probe : probes) {
    if (!text.empty()) text += ',';
    text += nlohmann::json(imagine(probe, self, target, faults)).dump();
  }
  return text;
}

/// What was seen towards every target. A thousand agents share this process, so the text is made
/// once for all targets that look alike, and others come to their turn between any two.
asio::awaitable<void> carry_out(StubAgent agent, std::shared_ptr<Channel> channel, Batch batch,
                                NodeIndex self) {
  constexpr NodeIndex anybody = 65535;
  auto const& faults = agent.faults;
  auto const ordinary = imagine_all(batch.probes, self, anybody, faults);
  Group group{channel, batch};
  for (auto const& [target, family] : batch.targets) {
    bool const odd = target == faults.deaf || target == faults.thin;
    group.add(odd ? imagine_all(batch.probes, self, target, faults)
                  : with_number(ordinary, anybody, target),
              batch.probes.size());
    co_await asio::post(asio::use_awaitable);
  }
  group.send();
  channel->send(encode(AgentMessage{BatchDone{.run = batch.run, .batch = batch.batch}}));
}

/// Does one thing for each message, as the real agent does.
class Obedience {
 public:
  Obedience(asio::any_io_executor executor, StubAgent const& agent,
            std::shared_ptr<Channel> channel)
      : executor_{std::move(executor)}, agent_{agent}, channel_{std::move(channel)} {}

  void operator()(Refused const& refused) const {
    throw std::runtime_error{"refused: " + refused.reason};
  }

  void operator()(Ping const& ping) const {
    send(Pong{.coordinator_ns = ping.coordinator_ns, .agent_ns = wall_clock_ns()});
  }

  void operator()(Prepare const& order) {
    run_ = order.run;
    self_ = order.self;
    Prepared prepared{.run = run_, .facts = imagined_facts(self_)};
    prepared.listening = {{.family = Family::ipv4,
                           .at = {.address = address_of(self_), .prefix_length = 8},
                           .udp_port = 40000,
                           .tcp_ports = {33000, 36500, 40000, 43500, 47000, 50500, 54000, 57500}}};
    send(prepared);
  }

  void operator()(Batch const& batch) {
    asio::co_spawn(executor_, carry_out(agent_, channel_, batch, self_),
                   [](std::exception_ptr const& failure) {
                     if (failure) std::rethrow_exception(failure);
                   });
  }

  void operator()(Count const&) const { send(Counted{.run = run_}); }

  void operator()(Accepted const&) const {}

  void operator()(RosterSheet const&) const {}

  void operator()(Stop const&) const {}

 private:
  void send(AgentMessage const& message) const { channel_->send(encode(message)); }

  asio::any_io_executor executor_;
  StubAgent const& agent_;
  std::shared_ptr<Channel> channel_;
  RunId run_{};
  NodeIndex self_{};
};
}  // namespace

asio::awaitable<void> attend(StubAgent agent, tcp::endpoint coordinator) {
  auto const channel = co_await dial(&agent, coordinator);
  channel->send(encode(AgentMessage{
      Hello{.version = LEADLINE_VERSION, .cluster = agent.name.cluster, .node = agent.name.node}}));
  Obedience obedience{co_await asio::this_coro::executor, agent, channel};
  for (;;) {
    auto receiving = channel->receive();
    auto const text = co_await std::move(receiving);
    if (!text) co_return;  // the coordinator has hung up: its exit code tells the rest
    if (!text->ends_with(R"("type":"ping"})")) ++*agent.orders;
    // A thousand agents would spend more on reading a roster they have no use for than on all else.
    if (text->ends_with(R"("type":"roster"})")) continue;
    auto const message = decode_coordinator_message(*text);
    if (!message) throw std::runtime_error{message.error()};
    std::visit(obedience, *message);
  }
}
}  // namespace leadline::bench
