#include "agent/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace leadline::agent {
namespace {
using namespace std::chrono_literals;

/// An agent on loopback, and what it reports.
struct RunTest : testing::Test {
  boost::asio::io_context context{1};
  std::vector<Observation> seen;
  std::vector<BatchDone> done;

  std::shared_ptr<agent::Run> begin(std::string key, NodeIndex self = 0) {
    Options options;
    options.address = boost::asio::ip::make_address("127.0.0.1");
    options.allow.emplace_back(*options.address, 8);
    Prepare const order{.run = 7, .key = std::move(key), .self = self, .tcp_listeners = 1};
    return agent::Run::begin(
        context.get_executor(), options, order, [this](AgentMessage const& message) {
          if (auto const* observed = std::get_if<Observed>(&message))
            seen.insert(seen.end(), observed->observations.begin(), observed->observations.end());
          if (auto const* ended = std::get_if<BatchDone>(&message)) done.push_back(*ended);
        });
  }

  void work_until_something_is_reported() {
    while (seen.empty() && context.run_one_for(5s) > 0) {
    }
  }
};

std::string const good_key(64, 'a');

Peer peer_at(std::string address) {
  Listening const there{.family = Family::ipv4,
                        .at = {.address = std::move(address), .prefix_length = 8},
                        .udp_port = 9,
                        .tcp_ports = {}};
  return {.index = 1, .node = {.cluster = "west", .node = "n1"}, .listening = {there}};
}

TEST_F(RunTest, SkipsAPeerWhoseAddressIsNone) {
  auto const run = begin(good_key);
  ASSERT_EQ(run->prepared().problem, "");
  run->learn({.run = 7, .peers = {peer_at("10.0.0.256")}});
  run->start({.run = 7,
              .batch = 1,
              .probes = {Reach{}, PathMtu{}},
              .targets = {BatchTarget{.peer = 1, .family = Family::ipv4}}});
  work_until_something_is_reported();
  run->stop();
  ASSERT_EQ(seen.size(), 2U);
  for (auto const& observation : seen) {
    EXPECT_EQ(observation.target, 1U);
    EXPECT_EQ(observation.status, Status::skipped);
    EXPECT_EQ(observation.reason,
              "the peer says that it listens at '10.0.0.256', which is no address");
  }
}

TEST_F(RunTest, RefusesASecondBulkTestAndReportsNothingOfIt) {
  auto const target = begin(good_key, 1);
  auto const source = begin(good_key);
  source->learn({.run = 7,
                 .peers = {{.index = 1,
                            .node = {.cluster = "west", .node = "n1"},
                            .listening = target->prepared().listening}}});
  target->learn({.run = 7,
                 .peers = {{.index = 0,
                            .node = {.cluster = "east", .node = "n1"},
                            .listening = source->prepared().listening}}});
  Bandwidth const bulk{.duration_ms = 3s, .rate_limit_bits_per_second = BitRate{1e6}};
  for (std::uint32_t const batch : {1U, 2U})
    source->start({.run = 7,
                   .batch = batch,
                   .probes = {bulk},
                   .targets = {BatchTarget{.peer = 1, .family = Family::ipv4}}});
  while (done.empty() && context.run_one_for(5s) > 0) {
  }
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].batch, 2U);
  EXPECT_TRUE(done[0].busy);
  EXPECT_TRUE(seen.empty()) << "what was not measured is no result";
  while (done.size() < 2 && context.run_one_for(20s) > 0) {
  }
  source->stop();
  target->stop();
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[1].batch, 1U);
  EXPECT_FALSE(done[1].busy) << "the first was not disturbed";
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].status, Status::ok) << seen[0].reason;
  context.run();
}

TEST_F(RunTest, TellsWhatIsWrongWithAnOrderThatCannotBeObeyed) {
  auto const run = begin("no key");
  EXPECT_EQ(run->prepared().run, 7U);
  EXPECT_EQ(run->prepared().problem,
            "the run cannot be prepared: a run key is 64 hexadecimal digits");
  EXPECT_TRUE(run->prepared().listening.empty());
  EXPECT_TRUE(run->counted().arrived.empty());
  run->stop();
}
}  // namespace
}  // namespace leadline::agent
