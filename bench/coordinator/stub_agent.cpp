#include "bench/coordinator/stub_agent.hpp"

#include "probes/core/within.hpp"
#include "probes/wire/channel.hpp"

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

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

std::int64_t wall_clock_ns() {
  return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
}

/// Does one thing for each message, as the real agent does.
class Obedience {
 public:
  Obedience(StubAgent const& agent, Channel& channel) : agent_{agent}, channel_{channel} {}

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

  void operator()(Batch const& batch) const {
    for (auto const& target : batch.targets) {
      Observed seen{.run = run_, .batch = batch.batch};
      for (auto const& probe : batch.probes)
        seen.observations.push_back(imagine(probe, self_, target.peer, agent_.faults));
      send(seen);
    }
    send(BatchDone{.run = run_, .batch = batch.batch});
  }

  void operator()(Count const&) const { send(Counted{.run = run_}); }

  void operator()(Accepted const&) const {}

  void operator()(RosterSheet const&) const {}

  void operator()(Stop const&) const {}

 private:
  void send(AgentMessage const& message) const { channel_.send(encode(message)); }

  StubAgent const& agent_;
  Channel& channel_;
  RunId run_{};
  NodeIndex self_{};
};
}  // namespace

asio::awaitable<void> attend(StubAgent agent, tcp::endpoint coordinator) {
  auto const channel = co_await dial(&agent, coordinator);
  channel->send(encode(AgentMessage{
      Hello{.version = LEADLINE_VERSION, .cluster = agent.name.cluster, .node = agent.name.node}}));
  Obedience obedience{agent, *channel};
  for (;;) {
    auto receiving = channel->receive();
    auto const text = co_await std::move(receiving);
    if (!text) co_return;  // the coordinator has hung up: its exit code tells the rest
    // A thousand agents would spend more on reading a roster they have no use for than on all else.
    if (text->ends_with(R"("type":"roster"})")) continue;
    auto const message = decode_coordinator_message(*text);
    if (!message) throw std::runtime_error{message.error()};
    std::visit(obedience, *message);
  }
}
}  // namespace leadline::bench
