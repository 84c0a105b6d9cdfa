#include "probes/latency.hpp"

#include "probes/core/quantiles.hpp"
#include "probes/latency_statistics.hpp"
#include "tests/unit/answerer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace leadline {
namespace {
using test::Answerer;
using test::Faults;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

TEST(Quantile, IsTheNearestRank) {
  std::vector<double> ten(10);
  std::iota(ten.begin(), ten.end(), 1.0);
  EXPECT_EQ(quantile(ten, 0), 1);
  EXPECT_EQ(quantile(ten, 0.5), 5);
  EXPECT_EQ(quantile(ten, 0.9), 9);
  EXPECT_EQ(quantile(ten, 0.99), 10);
  EXPECT_EQ(quantile(ten, 1), 10);
  EXPECT_EQ(quantile({3}, 0.5), 3);
  EXPECT_EQ(quantile({}, 0.5), 0);
}

RC_GTEST_PROP(Quantile, IsASampleThatEnoughOthersDoNotExceed, (std::vector<double> samples)) {
  RC_PRE(!samples.empty());
  std::ranges::sort(samples);
  auto const percent = *rc::gen::inRange(0, 101);
  auto const q = quantile(samples, percent / 100.0);
  auto const below = std::ranges::count_if(samples, [&](double s) { return s <= q; });
  RC_ASSERT(std::ranges::binary_search(samples, q));
  RC_ASSERT(below * 100 >= percent * static_cast<std::ptrdiff_t>(samples.size()));
}

constexpr std::uint64_t ms_in_ns = 1'000'000;
constexpr std::uint64_t second = 1000 * ms_in_ns;

/// Sent at 1 s + 5 ms * n; the peer's clock is an hour ahead; 100 us each way and 30 us at the
/// peer.
LatencySample answered(std::uint32_t n, std::uint64_t forward_ns = 100'000) {
  auto const sent = second + n * 5 * ms_in_ns;
  auto const at_peer = sent + 3600 * second + forward_ns;
  return {.sent_ns = sent,
          .received_ns = at_peer,
          .answered_ns = at_peer + 30'000,
          .back_ns = sent + forward_ns + 30'000 + 100'000};
}

LatencySample unanswered(std::uint32_t n) {
  return {.sent_ns = second + n * 5 * ms_in_ns};
}

TEST(LatencyStatistics, CountWhatWasLostWhereAndWhatCameOutOfOrder) {
  struct Row {
    char const* what;
    LatencySession session;
    std::uint32_t forward, reverse, reordered, gap;
  };

  std::vector<LatencySample> const four{answered(0), answered(1), answered(2), answered(3)};
  for (auto const& row :
       std::vector<Row>{{"all came", {four, {0, 1, 2, 3}, 0, 4}, 0, 0, 0, 0},
                        {"one overtaken", {four, {0, 2, 1, 3}, 0, 4}, 0, 0, 1, 0},
                        {"the first came last", {four, {1, 2, 3, 0}, 0, 4}, 0, 0, 1, 0},
                        {"a request doubled", {four, {0, 1, 2, 3}, 1, 5}, 0, 0, 0, 0},
                        {"two requests lost",
                         {{answered(0), unanswered(1), unanswered(2), answered(3)}, {0, 3}, 0, 2},
                         2,
                         0,
                         0,
                         2},
                        {"two answers lost",
                         {{answered(0), unanswered(1), unanswered(2), answered(3)}, {0, 3}, 0, 4},
                         0,
                         2,
                         0,
                         2},
                        {"one of each, apart",
                         {{answered(0), unanswered(1), answered(2), unanswered(3)}, {0, 2}, 0, 3},
                         1,
                         1,
                         0,
                         1},
                        {"none came", {{unanswered(0), unanswered(1)}, {}, 0, 0}, 2, 0, 0, 2},
                        {"nothing was sent", {}, 0, 0, 0, 0}}) {
    Latency::Result r;
    summarise(row.session, r);
    EXPECT_EQ(r.lost_forward, row.forward) << row.what;
    EXPECT_EQ(r.lost_reverse, row.reverse) << row.what;
    EXPECT_EQ(r.reordered, row.reordered) << row.what;
    EXPECT_EQ(r.longest_gap, row.gap) << row.what;
    EXPECT_EQ(r.sent, row.session.samples.size()) << row.what;
    EXPECT_EQ(r.received, row.session.arrivals.size()) << row.what;
  }
}

TEST(LatencyStatistics, RoundTripIsFreeOfClockOffsetAndThePeersTime) {
  Latency::Result r;
  summarise({.samples = {answered(0), answered(1, 300'000)}, .arrivals = {0, 1}}, r);
  EXPECT_DOUBLE_EQ(r.rtt_min_us, 200);
  EXPECT_DOUBLE_EQ(r.rtt_p50_us, 200);
  EXPECT_DOUBLE_EQ(r.rtt_max_us, 400);
  EXPECT_DOUBLE_EQ(r.jitter_us, 200.0 / 16);  // RFC 3550: a sixteenth of the change of 200 us
}

TEST(LatencyStatistics, HasNoJitterOnAnEvenPath) {
  LatencySession session;
  for (std::uint32_t i = 0; i < 100; ++i) {
    session.samples.push_back(answered(i));
    session.arrivals.push_back(i);
  }
  Latency::Result r;
  summarise(session, r);
  EXPECT_EQ(r.jitter_us, 0);
}

TEST(Latency, AssessmentBlamesTheNetworkOnlyForItsOwn) {
  struct Row {
    Latency::Result result;
    Status status;
    char const* part;
  };

  Latency::Result const good{.sent = 600, .received = 600, .rtt_p50_us = 40, .kernel_stamps = true};
  auto lossy = good;
  lossy.received = 590;
  lossy.lost_forward = 7;
  lossy.lost_reverse = 3;
  auto dropped = lossy;
  dropped.local_drops = 10;
  auto lost_by_peer = lossy;
  lost_by_peer.peer_drops = 7;
  auto loaded = lost_by_peer;
  loaded.under_load = true;
  auto others_lost_by_peer = good;
  others_lost_by_peer.peer_drops = 7;
  auto late = good;
  late.latest_send_us = 30'000;
  auto thin = good;
  thin.left_out = 5401;
  auto thinner = good;
  thinner.left_out = 5400;
  auto starved = late;
  starved.kernel_stamps = false;
  for (auto const& row :
       std::vector<Row>{{good, Status::ok, "none lost"},
                        {lossy, Status::warn, "10 of 600"},
                        {dropped, Status::inconclusive, "own socket"},
                        {lost_by_peer, Status::inconclusive, "the agent of the peer"},
                        {loaded, Status::warn, "10 of 600"},
                        {others_lost_by_peer, Status::ok, "none lost"},
                        {late, Status::ok, "median"},
                        {starved, Status::inconclusive, "starved"},
                        {thin, Status::inconclusive, "starved: it sent 600 of 6001 packets"},
                        {thinner, Status::ok, "none lost"},
                        {{.sent = 600}, Status::fail, "none of 600"},
                        {{.local_drops = 9}, Status::inconclusive, "own interface"},
                        {{}, Status::inconclusive, "nothing was sent"}}) {
    auto const a = assess(row.result);
    EXPECT_EQ(a.status, row.status) << a.reason;
    EXPECT_NE(a.reason.find(row.part), std::string::npos) << a.reason;
  }
}

class LatencyOnLoopback : public testing::TestWithParam<char const*> {
 protected:
  Latency::Result measured(Faults faults) {
    Answerer peer{loop, GetParam(), std::move(faults)};
    Latency probe{.path = peer.path(), .duration_ms = 200ms, .interval_us = 2000us};
    auto const result = peer.result_of(run(probe));
    if (!result) throw std::runtime_error{describe(result.error())};
    return *result;
  }

  boost::asio::io_context loop{1};
};

TEST_P(LatencyOnLoopback, IsMeasuredByTheKernelsStamps) {
  auto const r = measured({});
  EXPECT_EQ(r.sent, 100U);
  EXPECT_EQ(r.received, 100U);
  EXPECT_EQ(r.lost_forward + r.lost_reverse + r.duplicates + r.reordered + r.local_drops, 0U);
  EXPECT_TRUE(r.kernel_stamps);
  EXPECT_GT(r.rtt_max_us, 0);
  EXPECT_LE(r.rtt_min_us, r.rtt_p50_us);
  EXPECT_LE(r.rtt_p50_us, r.rtt_p99_us);
  EXPECT_LE(r.rtt_p99_us, r.rtt_max_us);
  EXPECT_EQ(assess(r).status, Status::ok);
}

TEST_P(LatencyOnLoopback, LossIsToldByDirection) {
  auto const r =
      measured({.hears = [](Datagram const& d, Arrival const&) { return d.sequence % 10 != 5; },
                .answers = [](Datagram const& d) { return d.sequence % 10 == 7 ? 0 : 1; }});
  EXPECT_EQ(r.received, 80U);
  EXPECT_EQ(r.lost_forward, 10U);
  EXPECT_EQ(r.lost_reverse, 10U);
  EXPECT_EQ(r.longest_gap, 1U);
}

TEST_P(LatencyOnLoopback, LossAtTheVeryEndIsToldByDirectionToo) {
  auto const lost_answers = measured(
      {.answers = [](Datagram const& d) { return d.sequence >= 90 && d.sequence < 100 ? 0 : 1; }});
  EXPECT_EQ(lost_answers.lost_reverse, 10U);
  EXPECT_EQ(lost_answers.lost_forward, 0U);
  auto const lost_requests = measured({.hears = [](Datagram const& d, Arrival const&) {
    return d.sequence < 90 || d.sequence >= 100;
  }});
  EXPECT_EQ(lost_requests.lost_reverse, 0U);
  EXPECT_EQ(lost_requests.lost_forward, 10U);
  EXPECT_EQ(lost_requests.longest_gap, 10U);
}

bool beside_a_stall(Datagram const& d, Arrival const&) {
  return d.sequence < 40 || d.sequence >= 60;
}

TEST_P(LatencyOnLoopback, WhatThePeersSocketDropsIsNotTheNetworks) {
  auto const r = measured({.hears = beside_a_stall,
                           .drops = [](Datagram const& d) { return d.sequence < 40 ? 7U : 27U; }});
  EXPECT_EQ(r.received, 80U);
  EXPECT_EQ(r.lost_forward, 20U);
  EXPECT_EQ(r.peer_drops, 20U);
  EXPECT_EQ(assess(r).status, Status::inconclusive) << assess(r).reason;
}

TEST_P(LatencyOnLoopback, WhatThePeerDroppedBeforeExcusesNothing) {
  auto const r = measured({.hears = beside_a_stall, .drops = [](Datagram const&) { return 7U; }});
  EXPECT_EQ(r.lost_forward, 20U);
  EXPECT_EQ(r.peer_drops, 0U);
  EXPECT_FALSE(may_be_lost_by_peer(r));
}

TEST(LatencyAssessment, OneDropOfThePeerDoesNotExcuseTheLossOfManyPackets) {
  Latency::Result r{.sent = 600, .received = 420, .lost_forward = 180, .kernel_stamps = true};
  r.peer_drops = 1;
  EXPECT_FALSE(may_be_lost_by_peer(r));
  r.peer_drops = 90;
  EXPECT_TRUE(may_be_lost_by_peer(r));
}

TEST_P(LatencyOnLoopback, AStandstillIsNotMadeUpForInABurst) {
  auto const r = measured({.hears = [](Datagram const& d, Arrival const&) {
    if (d.sequence == 20) std::this_thread::sleep_for(150ms);  // the probe's thread as well
    return true;
  }});
  EXPECT_LT(r.sent, 90U);
  EXPECT_EQ(r.sent + r.left_out, 100U);
  EXPECT_EQ(r.received, r.sent);
  EXPECT_EQ(r.lost_forward + r.lost_reverse, 0U);
  EXPECT_GT(r.latest_send_us, 40'000);
}

TEST_P(LatencyOnLoopback, CountsDuplicates) {
  auto const r =
      measured({.answers = [](Datagram const& d) { return d.sequence % 10 == 0 ? 2 : 1; }});
  EXPECT_EQ(r.received, 100U);
  EXPECT_EQ(r.duplicates, 10U);
  EXPECT_EQ(r.lost_forward + r.lost_reverse, 0U);
}

TEST_P(LatencyOnLoopback, FailsWhenNothingIsAnswered) {
  auto const r = measured({.hears = [](Datagram const&, Arrival const&) { return false; }});
  EXPECT_EQ(r.lost_forward, 100U);
  EXPECT_EQ(assess(r).status, Status::fail);
}

INSTANTIATE_TEST_SUITE_P(Families, LatencyOnLoopback, testing::Values("127.0.0.1", "::1"),
                         [](auto const& family) {
                           return std::string{family.index == 0 ? "V4" : "V6"};
                         });
}  // namespace
}  // namespace leadline
