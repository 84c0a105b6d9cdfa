#include "probes/port_draw.hpp"
#include "probes/responder_counts.hpp"
#include "probes/responder_udp.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace leadline {
namespace {

TEST(Askers, AreKnownByWhereTheyAskedFromUntilTooManyCame) {
  using Endpoint = Askers::Endpoint;
  auto const address = boost::asio::ip::make_address("192.0.2.1");
  Askers askers{2};
  askers.asked(Endpoint{address, 1000}, 7);
  askers.asked(Endpoint{address, 1001}, 8);
  askers.asked(Endpoint{address, 1000}, 9);
  EXPECT_EQ(askers.at({address, 1000}), 9);
  EXPECT_EQ(askers.at({address, 1001}), 8);
  askers.asked(Endpoint{address, 1002}, 7);
  EXPECT_EQ(askers.at({address, 1000}), std::nullopt);
  EXPECT_EQ(askers.at({address, 1002}), 7);
}

TEST(SessionCounts, CountEachSessionOfEachSource) {
  SessionCounts counts{10};
  EXPECT_EQ(counts.arrived(1, 5), 1U);
  EXPECT_EQ(counts.arrived(1, 5), 2U);
  EXPECT_EQ(counts.arrived(2, 5), 1U);
  EXPECT_EQ(counts.arrived(1, 6), 1U);
  EXPECT_EQ(counts.arrived(1, 5), 3U);
}

RC_GTEST_PROP(SessionCounts, NeverHoldMoreThanTheirLimit, (std::vector<std::uint16_t> sessions)) {
  SessionCounts counts{4};
  for (auto const session : sessions) {
    RC_ASSERT(counts.arrived(0, session) >= 1U);
    RC_ASSERT(counts.size() <= 4U);
  }
}

TEST(ResponderCounts, KeepPeersAndFamiliesApart) {
  ResponderCounts counts;
  counts.udp_request(3, Family::ipv4);
  counts.udp_request(3, Family::ipv4);
  counts.tcp_connection(3, Family::ipv6);
  counts.unsigned_packet();
  auto const peers = counts.peers();
  ASSERT_EQ(peers.size(), 2U);
  EXPECT_EQ(peers.front().udp_requests, 2U);
  EXPECT_EQ(peers.front().tcp_connections, 0U);
  EXPECT_EQ(peers.back().family, Family::ipv6);
  EXPECT_EQ(peers.back().tcp_connections, 1U);
  EXPECT_EQ(counts.without_signature().udp_packets, 1U);
  EXPECT_EQ(counts.without_signature().tcp_connections, 0U);
}

RC_GTEST_PROP(PortDraw, PiecesCoverARangeInOrderWithoutOverlap, ()) {
  auto const first = *rc::gen::inRange(1024, 60000);
  auto const parts = *rc::gen::inRange(1, 64);
  auto const last = *rc::gen::inRange(first + parts, 65536);
  PortRange const range{.first = static_cast<std::uint16_t>(first),
                        .last = static_cast<std::uint16_t>(last)};
  int next = first;
  for (int part = 0; part < parts; ++part) {
    auto const p = piece(range, part, parts);
    RC_ASSERT(p.first == next);
    RC_ASSERT(p.last >= p.first);
    next = p.last + 1;
  }
  RC_ASSERT(next == last + 1);
}

RC_GTEST_PROP(PortDraw, StaysInsideEvenATinyRange, ()) {
  auto const first = *rc::gen::inRange(1, 65536);
  auto const last = std::min(65535, first + *rc::gen::inRange(0, 4));
  PortRange const range{.first = static_cast<std::uint16_t>(first),
                        .last = static_cast<std::uint16_t>(last)};
  std::mt19937 random{*rc::gen::arbitrary<std::uint32_t>()};
  for (int part = 0; part < 8; ++part) {
    auto const port = draw_port(piece(range, part, 8), random);
    RC_ASSERT(port >= first && port <= last);
  }
}

TEST(AnswerTo, TellsWhatWasSeenAndByWhom) {
  Passport const passport{.run = 7, .key = RunKey::random(), .self = 4};
  Datagram request;
  request.run = 7;
  request.source = 1;
  request.target = 2;
  request.sequence = 11;
  Arrival arrival;
  arrival.from = {boost::asio::ip::make_address("10.0.0.1"), 4242};
  arrival.ip_octets = 9000;
  arrival.received_ns = 123;
  arrival.ttl = 61;
  arrival.tos = 0x02;
  arrival.dropped = 5;
  auto const answer = answer_to(request, arrival, passport);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Datagram::Kind::answer);
  EXPECT_EQ(answer->answered_by, 4);
  EXPECT_EQ(answer->target, 2);
  EXPECT_EQ(answer->sequence, 11U);
  EXPECT_EQ(answer->seen_octets, 9000);
  EXPECT_EQ(answer->seen_ttl, 61);
  EXPECT_EQ(answer->seen_tos, 0x02);
  EXPECT_EQ(answer->seen_port, 4242);
  EXPECT_EQ(answer->received_ns, 123U);
  EXPECT_EQ(answer->answerer_drops, 5U);
}

TEST(AnswerTo, IsNothingForAnAnswerOrAnotherRun) {
  Passport const passport{.run = 7, .key = RunKey::random(), .self = 4};
  Datagram request;
  request.run = 8;
  EXPECT_FALSE(answer_to(request, {}, passport));
  request.run = 7;
  request.kind = Datagram::Kind::answer;
  EXPECT_FALSE(answer_to(request, {}, passport));
}
}  // namespace
}  // namespace leadline
