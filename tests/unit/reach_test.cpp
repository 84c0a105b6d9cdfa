#include "probes/reach.hpp"

#include "probes/synchronization_port.hpp"
#include "probes/trace_route.hpp"
#include "tests/unit/loopback.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace leadline {
namespace {

class ReachOverLoopback : public Loopback {};

INSTANTIATE_TEST_SUITE_P(Families, ReachOverLoopback, testing::Values("127.0.0.1", "::1"),
                         [](auto const& p) { return p.index == 0 ? "ipv4" : "ipv6"; });

TEST_P(ReachOverLoopback, APeerThatIsThereAnswersEverywhere) {
  auto responder = respond(2);
  auto const result = wait_for(run(reach_to(*responder, 2)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->udp_received, 3);
  EXPECT_EQ(result->udp.outcome, Outcome::answered);
  EXPECT_GT(result->udp_rtt_us, 0);
  EXPECT_EQ(result->ttl_seen, 64);
  EXPECT_EQ(result->ttl_received, 64);
  EXPECT_EQ(result->tos_seen, 0xba);
  ASSERT_EQ(result->tcp.size(), 8U);
  for (auto const& attempt : result->tcp) {
    EXPECT_EQ(attempt.outcome, Outcome::answered) << attempt.system_error;
    EXPECT_EQ(attempt.answered_by, 2);
    EXPECT_TRUE(attempt.source_seen.find(GetParam()) != std::string::npos);
  }
  EXPECT_TRUE(result->hops.empty());
  EXPECT_EQ(assess(*result).status, Status::ok);

  auto const counts = responder->counts();
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts.front().from, 1);
  EXPECT_EQ(counts.front().udp_requests, 3U);
  EXPECT_EQ(counts.front().tcp_connections, 8U);
}

/// Connections to a port that are over but still held, by the table of this network namespace
/// (proc_net_tcp.rst: remote address in the third column, the state 06 in the fourth).
int in_time_wait(std::uint16_t port, bool v4) {
  std::ifstream table{v4 ? "/proc/net/tcp" : "/proc/net/tcp6"};
  auto const ending = fmt::format(":{:04X}", port);
  int count = 0;
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream columns{line};
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    columns >> number >> local >> remote >> state;
    if (state == "06" && (local.ends_with(ending) || remote.ends_with(ending))) ++count;
  }
  return count;
}

TEST_P(ReachOverLoopback, LeavesNothingInTimeWait) {
  auto responder = respond(2);
  auto const probe = reach_to(*responder, 2);
  auto const& ports = probe.path.tcp_ports;
  auto const held = [&] {
    std::vector<int> counts;
    for (auto const port : ports) counts.push_back(in_time_wait(port, address_.is_v4()));
    return counts;
  };
  auto const before = held();  // of other programs, which used the same ports
  ASSERT_EQ(wait_for(run(probe)).value().tcp.front().outcome, Outcome::answered);
  auto const after = held();
  for (std::size_t i = 0; i < ports.size(); ++i) EXPECT_LE(after[i], before[i]) << ports[i];
}

TEST_P(ReachOverLoopback, AnotherNodeAtTheAddressIsNamed) {
  auto responder = respond(5);
  auto const result = wait_for(run(reach_to(*responder, 2)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->udp.outcome, Outcome::wrong_node);
  EXPECT_EQ(result->udp.answered_by, 5);
  for (auto const& attempt : result->tcp) {
    EXPECT_EQ(attempt.outcome, Outcome::wrong_node);
    EXPECT_EQ(attempt.answered_by, 5);
  }
  EXPECT_EQ(assess(*result).status, Status::fail);
}

TEST_P(ReachOverLoopback, NobodyListeningIsRefused) {
  auto responder = respond(2);
  auto const probe = reach_to(*responder, 2);
  responder->stop();
  auto const start = std::chrono::steady_clock::now();
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->udp.outcome, Outcome::refused);
  ASSERT_TRUE(result->udp.evidence);
  EXPECT_EQ(result->udp.evidence->offender, GetParam());
  for (auto const& attempt : result->tcp) EXPECT_EQ(attempt.outcome, Outcome::refused);
  EXPECT_EQ(assess(*result).status, Status::fail);
  ASSERT_EQ(result->hops.size(), 1U);
  EXPECT_EQ(result->hops.front().address, GetParam());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{3});
}

TEST_P(ReachOverLoopback, AListenerWithoutProofIsNotThePeer) {
  tcp::acceptor mute{context_, {address_, 0}};
  auto responder = respond(2);
  auto probe = reach_to(*responder, 2);
  probe.path.tcp_ports = {mute.local_endpoint().port()};
  probe.timeout_ms = std::chrono::milliseconds{300};
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->tcp.front().outcome, Outcome::silent);
  EXPECT_NE(result->tcp.front().system_error.find("no proof"), std::string::npos);
}

TEST_P(ReachOverLoopback, ARunWithAnotherKeyGetsNothing) {
  auto responder = respond(2);
  auto probe = reach_to(*responder, 2);
  probe.path.passport.key = RunKey::random();
  probe.timeout_ms = std::chrono::milliseconds{300};
  probe.trace_hops = 0;
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->udp.outcome, Outcome::silent);
  for (auto const& attempt : result->tcp) EXPECT_FALSE(attempt.answered_by);
  EXPECT_TRUE(responder->counts().empty());
  EXPECT_EQ(responder->without_signature().udp_packets, 3U);
  EXPECT_EQ(responder->without_signature().tcp_connections, 8U);
}

TEST_P(ReachOverLoopback, ADestinationOfAnotherFamilyIsAMistake) {
  auto responder = respond(2);
  auto probe = reach_to(*responder, 2);
  probe.path.source = asio::ip::make_address(address_.is_v4() ? "::1" : "127.0.0.1");
  auto const result = wait_for(run(probe));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().stage, Error::Stage::configuration);
}

TEST_P(ReachOverLoopback, ASourceThatIsNotOursIsALocalFault) {
  auto responder = respond(2);
  auto probe = reach_to(*responder, 2);
  probe.path.source = asio::ip::make_address(address_.is_v4() ? "192.0.2.77" : "2001:db8::77");
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->udp.outcome, Outcome::no_local_route);
  for (auto const& attempt : result->tcp) EXPECT_EQ(attempt.outcome, Outcome::no_local_route);
  EXPECT_TRUE(result->hops.empty());
}

TEST_P(ReachOverLoopback, TheRouteOfAnAnsweringPeerEndsAtThePeer) {
  auto responder = respond(2);
  auto const hops = wait_for(trace_route(reach_to(*responder, 2).path, 16)).hops;
  ASSERT_EQ(hops.size(), 1U);
  EXPECT_EQ(hops.front().distance, 1);
  EXPECT_EQ(hops.front().address, GetParam());
}

TEST_P(ReachOverLoopback, ASynchronizationPortAcceptsOrRefuses) {
  tcp::acceptor controller{context_, {address_, 0}};
  SyncPort probe;
  probe.path.source = address_;
  probe.endpoint = format_endpoint(address_, controller.local_endpoint().port());
  auto const accepted = wait_for(run(probe));
  ASSERT_TRUE(accepted);
  EXPECT_EQ(assess(*accepted).status, Status::ok);
  controller.close();
  auto const refused = wait_for(run(probe));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->outcome, Outcome::refused);
  EXPECT_EQ(assess(*refused).status, Status::fail);
  for (auto const* bad : {"", "9185", "10.0.0.1", "10.0.0.1:0", "10.0.0.1:65536", "::1:9185",
                          "[10.0.0.1]:9185", "[::1]", "name:9185", "10.0.0.1:9185x"}) {
    probe.endpoint = bad;
    EXPECT_FALSE(wait_for(run(probe))) << bad;
  }
}

}  // namespace
}  // namespace leadline
