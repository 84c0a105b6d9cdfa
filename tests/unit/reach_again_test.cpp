#include "probes/reach_again.hpp"

#include "probes/reach.hpp"
#include "probes/wire/datagram.hpp"
#include "tests/unit/loopback.hpp"

#include <boost/asio/detached.hpp>

#include <array>
#include <chrono>
#include <vector>

namespace leadline {
namespace {

/// Ports before a responder that lose what comes first and pass on what comes later.
class LossyPorts {
 public:
  struct Loses {
    int connections{};
    int datagrams{};
  };

  LossyPorts(asio::io_context& context, asio::ip::address address, Responder const& behind,
             Loses loses)
      : acceptor_{context, {address, 0}},
        socket_{context, {address, 0}},
        forward_{context, {address, 0}},
        behind_{address, behind.ports().front().tcp.front()},
        loses_{loses} {
    forward_.connect({address, behind.ports().front().udp});
    asio::co_spawn(context, accept(this), asio::detached);
    asio::co_spawn(context, pass_datagrams(this), asio::detached);
  }

  [[nodiscard]] std::uint16_t tcp_port() const { return acceptor_.local_endpoint().port(); }

  [[nodiscard]] std::uint16_t udp_port() const { return socket_.local_endpoint().port(); }

 private:
  static asio::awaitable<void> accept(LossyPorts* self) {
    for (;;) {
      auto caller = co_await self->acceptor_.async_accept(asio::use_awaitable);
      if (self->loses_.connections-- > 0) {
        self->lost_.push_back(std::move(caller));  // open, and never answered
        continue;
      }
      tcp::socket peer{caller.get_executor()};
      co_await peer.async_connect(self->behind_, asio::use_awaitable);
      Preamble::Packed question{};
      Welcome::Packed answer{};
      co_await asio::async_read(caller, asio::buffer(question), asio::use_awaitable);
      co_await asio::async_write(peer, asio::buffer(question), asio::use_awaitable);
      co_await asio::async_read(peer, asio::buffer(answer), asio::use_awaitable);
      co_await asio::async_write(caller, asio::buffer(answer), asio::use_awaitable);
      self->lost_.push_back(std::move(caller));
    }
  }

  static asio::awaitable<void> pass_datagrams(LossyPorts* self) {
    std::array<std::uint8_t, 2048> packet{};
    for (;;) {
      udp::endpoint caller;
      auto n = co_await self->socket_.async_receive_from(asio::buffer(packet), caller,
                                                         asio::use_awaitable);
      if (self->loses_.datagrams-- > 0) continue;
      co_await self->forward_.async_send(asio::buffer(packet, n), asio::use_awaitable);
      n = co_await self->forward_.async_receive(asio::buffer(packet), asio::use_awaitable);
      co_await self->socket_.async_send_to(asio::buffer(packet, n), caller, asio::use_awaitable);
    }
  }

  tcp::acceptor acceptor_;
  udp::socket socket_;
  udp::socket forward_;
  tcp::endpoint behind_;
  Loses loses_;
  std::vector<tcp::socket> lost_;
};

class ReachAgain : public Loopback {
 protected:
  Reach probe_through(LossyPorts const& ports, Responder const& responder) {
    auto probe = reach_to(responder, 2);
    probe.path.tcp_ports = {probe.path.tcp_ports.front(), ports.tcp_port()};
    probe.path.udp_port = ports.udp_port();
    probe.timeout_ms = std::chrono::milliseconds{400};
    probe.trace_hops = 0;
    return probe;
  }
};

INSTANTIATE_TEST_SUITE_P(Families, ReachAgain, testing::Values("127.0.0.1", "::1"),
                         [](auto const& p) { return p.index == 0 ? "ipv4" : "ipv6"; });

TEST_P(ReachAgain, WhatWasOnlyLostAnswersTheSecondTime) {
  auto responder = respond(2);
  LossyPorts ports{context_, address_, *responder, {.connections = 1, .datagrams = 3}};
  auto const result = wait_for(run(probe_through(ports, *responder)));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->tcp.size(), 2U);
  EXPECT_EQ(result->tcp.front().outcome, Outcome::answered);
  EXPECT_EQ(result->tcp.front().tries, 1);
  EXPECT_EQ(result->tcp.back().outcome, Outcome::answered) << result->tcp.back().system_error;
  EXPECT_EQ(result->tcp.back().port, ports.tcp_port());
  EXPECT_GT(result->tcp.back().tries, 1);
  EXPECT_EQ(result->udp.outcome, Outcome::answered) << result->udp.system_error;
  EXPECT_EQ(result->udp_sent, 9);
  EXPECT_EQ(result->udp_received, 6);
  EXPECT_EQ(assess(*result).status, Status::ok);
}

TEST_P(ReachAgain, WhatIsSilentEveryTimeIsClosed) {
  auto responder = respond(2);
  LossyPorts ports{context_, address_, *responder, {.connections = 99, .datagrams = 99}};
  auto const result = wait_for(run(probe_through(ports, *responder)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->tcp.front().outcome, Outcome::answered);
  EXPECT_EQ(result->tcp.back().outcome, Outcome::silent);
  EXPECT_EQ(result->tcp.back().tries, 5);
  EXPECT_EQ(result->udp.outcome, Outcome::silent);
  EXPECT_EQ(result->udp_sent, 9);
  EXPECT_EQ(result->udp_received, 0);
  EXPECT_EQ(assess(*result).status, Status::fail);
}

TEST_P(ReachAgain, WhereNothingAnsweredNothingIsAskedAgain) {
  auto responder = respond(2);
  LossyPorts ports{context_, address_, *responder, {.connections = 99, .datagrams = 99}};
  auto probe = probe_through(ports, *responder);
  probe.path.tcp_ports.erase(probe.path.tcp_ports.begin());
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->tcp.front().tries, 1);
  EXPECT_EQ(result->udp_sent, 3);
}

// A gateway that was dead at first: by the time of the late echo the way is there.
TEST_P(ReachAgain, WhereTheLateEchoIsAnsweredTheConnectionsAreTriedAgain) {
  auto responder = respond(2);
  auto probe = reach_to(*responder, 2);
  probe.timeout_ms = std::chrono::milliseconds{400};
  UdpEcho udp;
  udp.attempt.outcome = Outcome::silent;
  std::vector<Attempt> tcp;
  for (auto const port : probe.path.tcp_ports) {
    tcp.emplace_back();
    tcp.back().port = port;
    tcp.back().outcome = Outcome::silent;
  }
  wait_for(ask_again_where_silent(probe, true, &udp, &tcp));
  EXPECT_EQ(udp.attempt.outcome, Outcome::answered);
  ASSERT_FALSE(tcp.empty());
  for (auto const& attempt : tcp) EXPECT_EQ(attempt.outcome, Outcome::answered);
}

}  // namespace
}  // namespace leadline
