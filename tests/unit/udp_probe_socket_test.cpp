#include "probes/linux/udp_probe_socket.hpp"

#include "probes/linux/tcp_snapshot.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace leadline {
namespace {
namespace asio = boost::asio;
using udp = asio::ip::udp;
using std::chrono_literals::operator""s;

/// Every claim holds on both families: lo has 127.0.0.1 and ::1, and an MTU of 65536.
class OnLoopback : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    udp::socket probe{loop};
    boost::system::error_code error;
    probe.open(any().protocol(), error);
    if (!error) probe.bind(any(), error);
    if (error) GTEST_SKIP() << GetParam() << ": " << error.message();
  }

  [[nodiscard]] static udp::endpoint any() { return {asio::ip::make_address(GetParam()), 0}; }

  UdpProbeSocket open(UdpProbeSocket::Options options = {}) {
    auto opened = UdpProbeSocket::open(loop.get_executor(), any(), options);
    if (!opened) throw std::runtime_error{describe(opened.error())};
    return std::move(*opened);
  }

  void wait(UdpProbeSocket& socket) {
    auto done = asio::co_spawn(loop, socket.readable(2s), asio::use_future);
    loop.restart();
    loop.run();
    done.get();
  }

  asio::io_context loop{1};
};

std::vector<std::byte> payload(std::size_t octets) {
  return std::vector<std::byte>(octets, std::byte{0x5a});
}

TEST_P(OnLoopback, SeesSizeSenderTtlTosAndTheKernelsStamp) {
  auto receiver = open();
  auto sender = open({.tos = 0xba});
  ASSERT_FALSE(sender.connect(receiver.local()));
  ASSERT_FALSE(sender.set_ttl(61));
  auto const before = realtime_ns();
  ASSERT_EQ(sender.send(payload(100)), UdpProbeSocket::Sent::yes);
  wait(receiver);
  Arrival arrival;
  ASSERT_TRUE(receiver.receive(arrival));
  EXPECT_EQ(arrival.packet.size(), 100U);
  EXPECT_EQ(arrival.ip_octets, 100 + ip_and_udp_octets(any().address()));
  EXPECT_EQ(arrival.from, sender.local());
  EXPECT_EQ(arrival.ttl, 61);
  EXPECT_EQ(arrival.tos, 0xba);
  EXPECT_EQ(arrival.dropped, 0U);
  EXPECT_GE(arrival.received_ns, before);
  EXPECT_LE(arrival.received_ns, realtime_ns());
  EXPECT_FALSE(receiver.receive(arrival));
}

/// Whatever ip_default_ttl says.
TEST_P(OnLoopback, StartsWithATtlOf64OfItsOwn) {
  auto receiver = open();
  auto sender = open();
  ASSERT_EQ(sender.send_to(payload(64), receiver.local()), UdpProbeSocket::Sent::yes);
  wait(receiver);
  Arrival arrival;
  ASSERT_TRUE(receiver.receive(arrival));
  EXPECT_EQ(arrival.ttl, 64);
}

TEST_P(OnLoopback, StampsEverySendInTheKernelAndCountsThem) {
  auto receiver = open();
  auto sender = open({.send_stamps = true});
  ASSERT_FALSE(sender.connect(receiver.local()));
  auto const before = realtime_ns();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(sender.send(payload(64)), UdpProbeSocket::Sent::yes);
  wait(sender);  // a stamp wakes it, no packet ever comes
  auto const stamps = sender.take_send_stamps();
  ASSERT_EQ(stamps.size(), 5U);
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(stamps[i].id, i);
    EXPECT_GE(stamps[i].sent_ns, before);
    EXPECT_LE(stamps[i].sent_ns, realtime_ns());
  }
  EXPECT_TRUE(sender.take_send_stamps().empty());
  EXPECT_TRUE(sender.evidence().empty());
}

TEST_P(OnLoopback, StampsTheReceptionInTheKernel) {
  auto receiver = open();
  auto sender = open();
  Arrival arrival;
  // The kernel switches stamping on a moment after the first socket asks for it.
  for (int i = 0; i < 1000 && !arrival.kernel_stamp; ++i) {
    ASSERT_EQ(sender.send_to(payload(64), receiver.local()), UdpProbeSocket::Sent::yes);
    wait(receiver);
    ASSERT_TRUE(receiver.receive(arrival));
  }
  EXPECT_TRUE(arrival.kernel_stamp);
}

TEST_P(OnLoopback, KeepsTheRefusalOfAClosedPortAndGoesOn) {
  auto closed = open();
  auto const port = closed.local();
  closed.close();
  auto sender = open();
  ASSERT_FALSE(sender.connect(port));
  ASSERT_EQ(sender.send(payload(64)), UdpProbeSocket::Sent::yes);
  wait(sender);  // an error wakes it, and is drained
  ASSERT_EQ(sender.evidence().size(), 1U);
  auto const said = sender.evidence().front();
  bool const v4 = any().address().is_v4();
  EXPECT_EQ(said.origin, v4 ? "icmp" : "icmp6");
  EXPECT_EQ(said.offender, GetParam());
  EXPECT_EQ(said.type, v4 ? 3 : 1);
  EXPECT_EQ(said.code, v4 ? 3 : 4);
  EXPECT_EQ(said.error_number, ECONNREFUSED);
  EXPECT_EQ(said.count, 1U);
  // Not drained, the error waits for the next send: it must not fail that one.
  ASSERT_EQ(sender.send(payload(64)), UdpProbeSocket::Sent::yes);
  EXPECT_EQ(sender.send(payload(64)), UdpProbeSocket::Sent::yes);
  sender.drain_errors();
  ASSERT_EQ(sender.evidence().size(), 1U);
  EXPECT_EQ(sender.evidence().front().count, 3U);
}

TEST_P(OnLoopback, KnowsAPacketThatIsTooBigForItsOwnInterface) {
  auto receiver = open();
  auto sender = open();
  ASSERT_FALSE(sender.connect(receiver.local()));
  EXPECT_GE(sender.believed_path_mtu(), 65535U);
  auto const largest = any().address().is_v4() ? 65507U : 65488U;  // lo's MTU is 65536
  EXPECT_EQ(sender.send(payload(largest)), UdpProbeSocket::Sent::yes);
  EXPECT_EQ(sender.send(payload(largest + 20)), UdpProbeSocket::Sent::too_big_here);
  EXPECT_EQ(sender.send(payload(64)), UdpProbeSocket::Sent::yes);
}

TEST_P(OnLoopback, ReturnsWhenNothingComes) {
  auto silent = open();
  auto done = asio::co_spawn(loop, silent.readable(std::chrono::milliseconds{1}), asio::use_future);
  loop.run();
  done.get();
  Arrival arrival;
  EXPECT_FALSE(silent.receive(arrival));
}

INSTANTIATE_TEST_SUITE_P(Families, OnLoopback, testing::Values("127.0.0.1", "::1"),
                         [](auto const& family) {
                           return std::string{family.index == 0 ? "V4" : "V6"};
                         });

TEST(UdpProbeSocket, SaysWhyItCannotBeBound) {
  asio::io_context loop{1};
  auto const opened = UdpProbeSocket::open(
      loop.get_executor(), {asio::ip::make_address("192.0.2.1"), 0}, UdpProbeSocket::Options{});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().stage, Error::Stage::configuration);
  EXPECT_EQ(opened.error().code, boost::system::errc::address_not_available);
}

TEST(TcpSnapshot, ShowsBothEndsOfAConnection) {
  asio::io_context loop{1};
  asio::ip::tcp::acceptor acceptor{loop, {asio::ip::make_address("127.0.0.1"), 0}};
  asio::ip::tcp::socket client{loop};
  client.connect(acceptor.local_endpoint());
  auto server = acceptor.accept();
  asio::write(client, asio::buffer(std::string(1000, 'x')));
  std::array<char, 1000> in{};
  asio::read(server, asio::buffer(in));
  auto const sent = tcp_snapshot(client.native_handle());
  auto const received = tcp_snapshot(server.native_handle());
  EXPECT_EQ(sent.state, "established");
  EXPECT_FALSE(sent.congestion_control.empty());
  EXPECT_GT(sent.send_mss, 536U);
  EXPECT_GT(sent.advertised_mss, 536U);
  EXPECT_GE(sent.path_mtu, 1500U);
  EXPECT_EQ(received.received_bytes, 1000U);
}

TEST(TcpSnapshot, IsEmptyOfAClosedDescriptor) {
  EXPECT_EQ(tcp_snapshot(-1).state, "");
}
}  // namespace
}  // namespace leadline
