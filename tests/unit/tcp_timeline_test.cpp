#include "probes/tcp_timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace leadline {
namespace {
using namespace std::chrono_literals;

TEST(TcpTimeline, SumsTheStreamsAndAveragesTheirRoundTrips) {
  std::array<TcpSnapshot, 2> streams;
  streams[0] = {.rtt_us = 100,
                .congestion_window_segments = 10,
                .retransmitted_segments = 1,
                .delivery_rate_bits_per_second = 3'000'000'000,
                .out_of_order_segments = 5,
                .receive_space_bytes = 1000};
  streams[1] = {.rtt_us = 300,
                .congestion_window_segments = 20,
                .retransmitted_segments = 2,
                .delivery_rate_bits_per_second = 4'000'000'000,
                .out_of_order_segments = 6,
                .receive_space_bytes = 2000};
  TcpTimeline timeline;
  add_moment(timeline, 100ms, streams);
  EXPECT_EQ(timeline.at_ms, std::vector<std::uint64_t>{100});
  EXPECT_EQ(timeline.rtt_us, std::vector<std::uint64_t>{200});
  EXPECT_EQ(timeline.congestion_window_segments, std::vector<std::uint64_t>{30});
  EXPECT_EQ(timeline.retransmitted_segments, std::vector<std::uint64_t>{3});
  EXPECT_EQ(timeline.delivery_rate_bits_per_second, std::vector<std::uint64_t>{7'000'000'000});
  EXPECT_EQ(timeline.out_of_order_segments, std::vector<std::uint64_t>{11});
  EXPECT_EQ(timeline.receive_space_bytes, std::vector<std::uint64_t>{3000});
}

TEST(TcpTimeline, OfNoStreamsIsEmpty) {
  TcpTimeline timeline;
  add_moment(timeline, 100ms, {});
  EXPECT_TRUE(timeline.at_ms.empty());
}

TEST(TcpTimeline, StaysSmallAndEvenlySpacedHoweverLongTheTest) {
  TcpTimeline timeline;
  std::array<TcpSnapshot, 1> const stream{};
  for (auto at = 100ms; at <= 60s; at += 100ms) {
    add_moment(timeline, at, stream);
    ASSERT_LE(timeline.at_ms.size(), 128U);
    ASSERT_EQ(timeline.at_ms.size(), timeline.rtt_us.size());
    ASSERT_EQ(timeline.at_ms.size(), timeline.delivery_rate_bits_per_second.size());
    ASSERT_EQ(timeline.at_ms.size(), timeline.out_of_order_segments.size());
    ASSERT_EQ(timeline.at_ms.size(), timeline.receive_space_bytes.size());
  }
  ASSERT_GT(timeline.at_ms.size(), 60U);
  auto const step = timeline.at_ms[1] - timeline.at_ms[0];
  for (std::size_t i = 1; i < timeline.at_ms.size(); ++i)
    EXPECT_EQ(timeline.at_ms[i] - timeline.at_ms[i - 1], step);
  EXPECT_GE(timeline.at_ms.back() + step, 60'000U);
}
}  // namespace
}  // namespace leadline
