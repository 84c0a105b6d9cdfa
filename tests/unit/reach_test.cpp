#include "probes/reach.hpp"

#include "probes/responder.hpp"
#include "probes/synchronization_port.hpp"
#include "probes/trace_route.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

bool has_ipv6_loopback() {
  asio::io_context context;
  boost::system::error_code error;
  tcp::acceptor acceptor{context};
  acceptor.open(tcp::v6(), error);
  if (!error) acceptor.bind({asio::ip::make_address("::1"), 0}, error);
  return !error;
}

/// One responder and what it takes to reach it, over a real loopback.
class Loopback : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    if (address_.is_v6() && !has_ipv6_loopback()) GTEST_SKIP() << "no ::1 on this machine";
  }

  std::unique_ptr<Responder> respond(NodeIndex self, int max_open = 256) {
    Responder::Options options;
    options.passport = {.run = run_, .key = key_, .self = self};
    options.addresses = {address_};
    options.max_open_connections = max_open;
    auto opened = Responder::open(context_.get_executor(), options);
    EXPECT_TRUE(opened.has_value());
    return opened ? std::move(*opened) : nullptr;
  }

  Reach reach_to(Responder const& responder, NodeIndex meant) {
    Reach probe;
    probe.path.passport = {.run = run_, .key = key_, .self = 1};
    probe.path.peer = meant;
    probe.path.source = address_;
    probe.path.target = address_;
    probe.path.udp_port = responder.ports().front().udp;
    probe.path.tcp_ports = responder.ports().front().tcp;
    return probe;
  }

  template <class T>
  T wait_for(asio::awaitable<T> work) {
    auto result = asio::co_spawn(context_, std::move(work), asio::use_future);
    context_.restart();
    while (result.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
      context_.run_one();
    return result.get();
  }

  template <class Condition>
  bool becomes(Condition condition) {
    auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    context_.restart();
    while (!condition() && std::chrono::steady_clock::now() < limit)
      context_.run_one_for(std::chrono::milliseconds{20});
    return condition();
  }

  asio::ip::address address_ = asio::ip::make_address(GetParam());
  RunId run_ = 77;
  RunKey key_ = RunKey::random();
  asio::io_context context_;
};

INSTANTIATE_TEST_SUITE_P(Families, Loopback, testing::Values("127.0.0.1", "::1"),
                         [](auto const& p) { return p.index == 0 ? "ipv4" : "ipv6"; });

TEST_P(Loopback, APeerThatIsThereAnswersEverywhere) {
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

TEST_P(Loopback, AnotherNodeAtTheAddressIsNamed) {
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

TEST_P(Loopback, NobodyListeningIsRefused) {
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

TEST_P(Loopback, AListenerWithoutProofIsNotThePeer) {
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

TEST_P(Loopback, ARunWithAnotherKeyGetsNothing) {
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

TEST_P(Loopback, ADestinationOfAnotherFamilyIsAMistake) {
  auto responder = respond(2);
  auto probe = reach_to(*responder, 2);
  probe.path.source = asio::ip::make_address(address_.is_v4() ? "::1" : "127.0.0.1");
  auto const result = wait_for(run(probe));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().stage, Error::Stage::configuration);
}

TEST_P(Loopback, ASourceThatIsNotOursIsALocalFault) {
  auto responder = respond(2);
  auto probe = reach_to(*responder, 2);
  probe.path.source = asio::ip::make_address(address_.is_v4() ? "192.0.2.77" : "2001:db8::77");
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->udp.outcome, Outcome::no_local_route);
  for (auto const& attempt : result->tcp) EXPECT_EQ(attempt.outcome, Outcome::no_local_route);
  EXPECT_TRUE(result->hops.empty());
}

TEST_P(Loopback, TheRouteOfAnAnsweringPeerEndsAtThePeer) {
  auto responder = respond(2);
  auto const hops = wait_for(trace_route(reach_to(*responder, 2).path, 16));
  ASSERT_EQ(hops.size(), 1U);
  EXPECT_EQ(hops.front().distance, 1);
  EXPECT_EQ(hops.front().address, GetParam());
}

TEST_P(Loopback, ASynchronizationPortAcceptsOrRefuses) {
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

// The answering side, seen by somebody who does not keep to the rules.

TEST_P(Loopback, GarbageOnUdpGetsNoAnswer) {
  auto responder = respond(2);
  udp::socket stranger{context_, {address_, 0}};
  udp::endpoint const target{address_, responder->ports().front().udp};
  std::array<std::byte, 200> const garbage{};
  for (std::size_t size : {0U, 1U, 95U, 96U, 200U})
    stranger.send_to(asio::buffer(garbage.data(), size), target);
  ASSERT_TRUE(becomes([&] { return responder->without_signature().udp_packets == 5; }));
  EXPECT_EQ(stranger.available(), 0U);
  EXPECT_TRUE(responder->counts().empty());
}

TEST_P(Loopback, ARepeatedRequestIsCountedAndAnsweredInItsOwnLength) {
  auto responder = respond(2);
  udp::socket asker{context_, {address_, 0}};
  udp::endpoint const target{address_, responder->ports().front().udp};
  Datagram request;
  request.run = run_;
  request.source = 1;
  request.target = 2;
  request.session = 9;
  std::vector<std::byte> packet(1000);
  std::ranges::copy(encode(request, key_), packet.begin());
  for (std::uint32_t count = 1; count <= 3; ++count) {
    asker.send_to(asio::buffer(packet), target);
    ASSERT_TRUE(becomes([&] { return asker.available() > 0; }));
    std::array<std::byte, 2000> arrived{};
    ASSERT_EQ(asker.receive(asio::buffer(arrived)), Datagram::octets);
    auto const answer = decode_datagram(arrived, key_);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Datagram::Kind::answer);
    EXPECT_EQ(answer->received_count, count);
    EXPECT_EQ(answer->answered_by, 2);
    EXPECT_EQ(answer->seen_octets, address_.is_v4() ? 1028 : 1048);
    EXPECT_EQ(answer->seen_address, address_);
    EXPECT_EQ(answer->seen_port, asker.local_endpoint().port());
    EXPECT_LE(answer->received_ns, answer->answered_ns);
  }
}

TEST_P(Loopback, AnAnswerIsNotAnswered) {
  auto responder = respond(2);
  udp::socket stranger{context_, {address_, 0}};
  Datagram reflected;
  reflected.kind = Datagram::Kind::answer;
  reflected.run = run_;
  stranger.send_to(asio::buffer(encode(reflected, key_)),
                   {address_, responder->ports().front().udp});
  ASSERT_TRUE(becomes([&] { return responder->without_signature().udp_packets == 1; }));
  EXPECT_EQ(stranger.available(), 0U);
}

TEST_P(Loopback, GarbageOnTcpIsClosedWithoutAnOctet) {
  auto responder = respond(2);
  tcp::socket stranger{context_};
  stranger.connect({address_, responder->ports().front().tcp.front()});
  std::array<std::byte, Preamble::octets> const garbage{};
  asio::write(stranger, asio::buffer(garbage));
  ASSERT_TRUE(becomes([&] { return responder->without_signature().tcp_connections == 1; }));
  std::array<std::byte, 1> octet{};
  boost::system::error_code error;
  EXPECT_EQ(stranger.read_some(asio::buffer(octet), error), 0U);
  EXPECT_TRUE(error);
}

TEST_P(Loopback, HalfOpenConnectionsKeepNobodyOut) {
  constexpr int most_open = 64;
  auto responder = respond(2, most_open);
  auto const ports = responder->ports().front().tcp;
  std::vector<tcp::socket> half_open;
  for (std::size_t i = 0; i < 300; ++i)
    half_open.emplace_back(context_).connect({address_, ports.at(i % ports.size())});
  auto const result = wait_for(run(reach_to(*responder, 2)));
  ASSERT_TRUE(result);
  EXPECT_EQ(assess(*result).status, Status::ok) << assess(*result).reason;
}

TEST_P(Loopback, StoppingClosesWhatIsOpen) {
  auto responder = respond(2);
  tcp::socket caller{context_};
  caller.connect({address_, responder->ports().front().tcp.front()});
  ASSERT_EQ(wait_for(run(reach_to(*responder, 2)))->udp_received, 3);
  responder->stop();
  responder->stop();
  std::array<std::byte, 1> octet{};
  boost::system::error_code error;
  EXPECT_EQ(caller.read_some(asio::buffer(octet), error), 0U);
  EXPECT_TRUE(error);
  context_.restart();
  EXPECT_TRUE(becomes([&] { return context_.poll() == 0; }));  // nothing is left to do
}

TEST_P(Loopback, PortsLieAllOverTheRange) {
  auto responder = respond(2);
  auto const ports = responder->ports();
  ASSERT_EQ(ports.size(), 1U);
  ASSERT_EQ(ports.front().tcp.size(), 8U);
  constexpr int eighth = (60999 - 32768 + 1) / 8;
  for (int i = 0; i < 8; ++i) {
    EXPECT_GE(ports.front().tcp.at(static_cast<std::size_t>(i)), 32768 + (i * eighth));
    EXPECT_LE(ports.front().tcp.at(static_cast<std::size_t>(i)), 32768 + ((i + 1) * eighth) + 8);
  }
}

TEST_P(Loopback, AnAddressThatIsNotOursCannotBeOpened) {
  Responder::Options options;
  options.addresses = {asio::ip::make_address("192.0.2.77")};
  auto const opened = Responder::open(context_.get_executor(), options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().stage, Error::Stage::configuration);
}
}  // namespace
}  // namespace leadline
