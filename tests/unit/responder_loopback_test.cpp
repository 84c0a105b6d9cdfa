#include "probes/bandwidth.hpp"
#include "probes/latency.hpp"
#include "probes/nonces_seen.hpp"
#include "probes/responder.hpp"
#include "probes/tcp_push.hpp"
#include "tests/sanitizers.hpp"
#include "tests/unit/loopback.hpp"

#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <future>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

// The answering side, also as seen by somebody who does not keep to the rules.

namespace leadline {
namespace {

class ResponderOverLoopback : public Loopback {
 protected:
  /// Of node 1, to node 2.
  [[nodiscard]] Datagram request_of_1() const {
    Datagram request;
    request.run = run_;
    request.source = 1;
    request.target = 2;
    return request;
  }
};

INSTANTIATE_TEST_SUITE_P(Families, ResponderOverLoopback, testing::Values("127.0.0.1", "::1"),
                         [](auto const& p) { return p.index == 0 ? "ipv4" : "ipv6"; });

TEST_P(ResponderOverLoopback, GarbageOnUdpGetsNoAnswer) {
  auto responder = respond(2);
  udp::socket stranger{context_, {address_, 0}};
  udp::endpoint const target{address_, responder->ports().front().udp};
  std::array<std::byte, 200> const garbage{};
  for (std::size_t const size :
       {std::size_t{0}, std::size_t{1}, Datagram::octets - 1, Datagram::octets, std::size_t{200}})
    stranger.send_to(asio::buffer(garbage.data(), size), target);
  ASSERT_TRUE(becomes([&] { return responder->without_signature().udp_packets == 5; }));
  EXPECT_EQ(stranger.available(), 0U);
  EXPECT_TRUE(responder->counts().empty());
}

TEST_P(ResponderOverLoopback, ARepeatedRequestIsCountedAndAnsweredInItsOwnLength) {
  auto responder = respond(2);
  udp::socket asker{context_, {address_, 0}};
  udp::endpoint const target{address_, responder->ports().front().udp};
  auto request = request_of_1();
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

TEST_P(ResponderOverLoopback, AnAskerWhoNoLongerWaitsIsNoLostAnswer) {
  auto responder = respond(2);
  udp::endpoint const target{address_, responder->ports().front().udp};
  auto const packed = encode(request_of_1(), key_);
  udp::socket{context_, {address_, 0}}.send_to(asio::buffer(packed), target);
  ASSERT_TRUE(becomes([&] { return !responder->counts().empty(); }));
  // The kernel has refused that answer before the next is sent, which reads the error.
  udp::socket patient{context_, {address_, 0}};
  patient.send_to(asio::buffer(packed), target);
  ASSERT_TRUE(becomes([&] { return patient.available() > 0; }));
  EXPECT_TRUE(responder->lost_answers().empty());
}

TEST_P(ResponderOverLoopback, AnAnswerTellsWhatTheSocketHadNoRoomFor) {
  auto responder = respond(2);
  udp::endpoint const target{address_, responder->ports().front().udp};
  auto const packed = encode(request_of_1(), key_);
  udp::socket crowd{context_, {address_, 0}};
  // Of so small a packet 8 MiB, the most that the socket may have, hold some 11,000.
  for (int i = 0; i < 20'000; ++i) crowd.send_to(asio::buffer(packed), target);
  udp::socket asker{context_, {address_, 0}};
  ASSERT_TRUE(becomes([&] {  // the kernel gives room back only once a quarter of it is read
    asker.send_to(asio::buffer(packed), target);
    return asker.available() > 0;
  }));
  Datagram::Packed arrived{};
  ASSERT_EQ(asker.receive(asio::buffer(arrived)), Datagram::octets);
  auto const answer = decode_datagram(arrived, key_);
  ASSERT_TRUE(answer.has_value());
  EXPECT_GT(answer->answerer_drops, 1000U);
}

TEST_P(ResponderOverLoopback, AnAnswerIsNotAnswered) {
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

TEST_P(ResponderOverLoopback, GarbageOnTcpIsClosedWithoutAnOctet) {
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

TEST_P(ResponderOverLoopback, ACopyOfAPreambleIsClosedWithoutAnOctet) {
  auto responder = respond(2);
  Preamble preamble;
  preamble.run = run_;
  preamble.source = 1;
  preamble.target = 2;
  preamble.nonce = 77;
  auto const packed = encode(preamble, key_);
  auto const octets_of_the_answer = [&] {
    tcp::socket caller{context_};
    caller.connect({address_, responder->ports().front().tcp.front()});
    asio::write(caller, asio::buffer(packed));
    Welcome::Packed answer{};
    auto reading = asio::async_read(caller, asio::buffer(answer), asio::use_future);
    EXPECT_TRUE(becomes(
        [&] { return reading.wait_for(std::chrono::seconds{0}) == std::future_status::ready; }));
    try {
      return reading.get();
    } catch (boost::system::system_error const& closed) {
      return std::size_t{0};
    }
  };
  EXPECT_EQ(octets_of_the_answer(), Welcome::octets);
  EXPECT_EQ(octets_of_the_answer(), 0U);
  EXPECT_EQ(responder->without_signature().tcp_connections, 1U);
  auto const others = wait_for(run(reach_to(*responder, 2)));
  ASSERT_TRUE(others);
  EXPECT_EQ(assess(*others).status, Status::ok);
}

TEST(NoncesSeen, ForgetsTheOldest) {
  NoncesSeen seen;
  for (std::uint64_t nonce = 0; nonce < NoncesSeen::most; ++nonce)
    ASSERT_TRUE(seen.first_time(nonce));
  EXPECT_FALSE(seen.first_time(0));
  EXPECT_TRUE(seen.first_time(NoncesSeen::most));
  EXPECT_TRUE(seen.first_time(0)) << "there was room for no more";
  EXPECT_FALSE(seen.first_time(2));
}

TEST_P(ResponderOverLoopback, HalfOpenConnectionsKeepNobodyOut) {
  auto responder = respond(2);  // takes 256 at once
  auto const ports = responder->ports().front().tcp;
  std::vector<tcp::socket> half_open;
  for (std::size_t i = 0; i < 300; ++i)
    half_open.emplace_back(context_).connect({address_, ports.at(i % ports.size())});
  auto const result = wait_for(run(reach_to(*responder, 2)));
  ASSERT_TRUE(result);
  EXPECT_EQ(assess(*result).status, Status::ok) << assess(*result).reason;
}

/// As many descriptors as are open now, and `spare` more, while it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto limit = before_;
    auto const next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    limit.rlim_cur = static_cast<rlim_t>(next) + spare;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }

  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  FewDescriptors(FewDescriptors const&) = delete;
  FewDescriptors& operator=(FewDescriptors const&) = delete;
  FewDescriptors(FewDescriptors&&) = delete;
  FewDescriptors& operator=(FewDescriptors&&) = delete;

 private:
  rlimit before_{};
};

TEST_P(ResponderOverLoopback, OutOfDescriptorsItWaitsAndThenServesAgain) {
#ifdef LEADLINE_ADDRESS_SANITIZER
  // UBSan's vptr check looks at memory through a pipe, and calls it invalid where none can be made.
  GTEST_SKIP() << "the sanitizers need the descriptors that this test takes away";
#endif
  auto responder = respond(2);
  auto const port = responder->ports().front().tcp.front();
  std::vector<tcp::socket> callers;
  for (int i = 0; i < 8; ++i) callers.emplace_back(context_).connect({address_, port});
  {
    FewDescriptors const few{2};
    auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds{350};
    std::size_t steps = 0;
    while (std::chrono::steady_clock::now() < until)
      steps += context_.run_one_for(std::chrono::milliseconds{50});
    EXPECT_LT(steps, 200U);  // it does not spin
  }
  for (auto& caller : callers) caller.close();
  auto const result = wait_for(run(reach_to(*responder, 2)));
  ASSERT_TRUE(result);
  EXPECT_EQ(assess(*result).status, Status::ok) << assess(*result).reason;
}

TEST_P(ResponderOverLoopback, APushIsServed) {
  auto responder = respond(2);
  TcpPush probe;
  probe.path = reach_to(*responder, 2).path;
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(result->arrived_bytes, probe.push_bytes);
  EXPECT_TRUE(result->peer_reported);
}

TEST_P(ResponderOverLoopback, ABulkTestIsServed) {
  auto responder = respond(2, std::make_shared<BulkSlot>());
  Bandwidth probe;
  probe.path = reach_to(*responder, 2).path;
  probe.slot = std::make_shared<BulkSlot>();
  probe.streams = 2;
  probe.duration_ms = std::chrono::milliseconds{500};
  probe.warm_up_ms = std::chrono::milliseconds{100};
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_GT(result->transferred_bytes, 0U);
  EXPECT_EQ(result->receiver.size(), 2U);
}

TEST_P(ResponderOverLoopback, ABulkTestIsToldThatTheNodeIsBusy) {
  auto const slot = std::make_shared<BulkSlot>();
  auto const measuring = slot->take();
  auto responder = respond(2, slot);
  auto const welcome = call(*responder, {.purpose = Preamble::Purpose::bulk_control, .target = 2});
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->status, Welcome::Status::busy);
}

TEST_P(ResponderOverLoopback, LatencyIsMeasuredAndNothingLost) {
  auto responder = respond(2);
  Latency probe;
  probe.path = reach_to(*responder, 2).path;
  probe.duration_ms = std::chrono::milliseconds{200};
  auto const result = wait_for(run(probe));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_GT(result->sent, 20U);
  EXPECT_EQ(result->received, result->sent);
}

TEST_P(ResponderOverLoopback, WithoutAnIdentityTlsIsRefused) {
  auto responder = respond(2);
  auto const welcome = call(*responder, {.purpose = Preamble::Purpose::tls, .target = 2});
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->status, Welcome::Status::refused);
}

TEST_P(ResponderOverLoopback, AnUnknownPurposeIsRefused) {
  auto responder = respond(2);
  auto const welcome =
      call(*responder, {.purpose = static_cast<Preamble::Purpose>(99), .target = 2});
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->status, Welcome::Status::refused);
}

TEST_P(ResponderOverLoopback, ACallForAnotherNodeIsToldWhoAnswers) {
  auto responder = respond(2);
  auto const welcome = call(*responder, {.purpose = Preamble::Purpose::push, .target = 3});
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->status, Welcome::Status::wrong_target);
  EXPECT_EQ(welcome->answered_by, 2);
}

TEST_P(ResponderOverLoopback, StoppingClosesWhatIsOpen) {
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

TEST_P(ResponderOverLoopback, PortsLieAllOverTheRange) {
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

TEST_P(ResponderOverLoopback, AnAddressThatIsNotOursCannotBeOpened) {
  Responder::Options options;
  options.addresses = {asio::ip::make_address("192.0.2.77")};
  auto const opened = Responder::open(context_.get_executor(), options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().stage, Error::Stage::configuration);
}
}  // namespace
}  // namespace leadline
