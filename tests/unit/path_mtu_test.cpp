#include "probes/path_mtu.hpp"

#include "tests/unit/answerer.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <random>

namespace leadline {
namespace {
using test::Answerer;
using test::Faults;

PathMtu::Result measured(boost::asio::io_context& loop, std::string const& address, Faults faults,
                         PathMtu probe = {}) {
  Answerer peer{loop, address, std::move(faults)};
  probe.path = peer.path();
  auto const result = peer.result_of(run(probe));
  if (!result) throw std::runtime_error{describe(result.error())};
  return *result;
}

Faults carries_up_to(std::uint32_t mtu) {
  return {.hears = [mtu](Datagram const&, Arrival const& a) { return a.ip_octets <= mtu; }};
}

class PathMtuOnLoopback : public testing::TestWithParam<char const*> {
 protected:
  boost::asio::io_context loop{1};
};

TEST_P(PathMtuOnLoopback, IsTheInterfacesOnAHealthyPath) {
  auto const r = measured(loop, GetParam(), {});
  EXPECT_EQ(r.path_mtu_octets, 65535U);
  EXPECT_EQ(r.interface_mtu_octets, 65536U);
  EXPECT_EQ(r.smallest_lost_octets, 0U);
  EXPECT_GE(r.kernel_path_mtu_octets, 65535U);
  EXPECT_EQ(r.limit, MtuLimit::local);
  EXPECT_EQ(r.ttl_seen, 64);
  EXPECT_EQ(r.rounds, 1);
  EXPECT_TRUE(r.exact);
  EXPECT_EQ(assess(r).status, Status::ok);
}

TEST_P(PathMtuOnLoopback, IsFoundWhereLargerPacketsVanish) {
  for (std::uint32_t const mtu : {1501U, 8950U}) {
    auto const r = measured(loop, GetParam(), carries_up_to(mtu), {.ceiling_octets = 9000});
    EXPECT_EQ(r.path_mtu_octets, mtu);
    EXPECT_EQ(r.smallest_lost_octets, mtu + 1);
    EXPECT_EQ(r.limit, MtuLimit::silent);
    EXPECT_TRUE(r.exact);
    EXPECT_GE(r.elapsed_ms, 1000);  // lone packets, or it might be a queue that overflows
    EXPECT_LT(r.elapsed_ms, 3000);  // and no wait for a timeout
    EXPECT_EQ(assess(r).status, Status::warn);
  }
}

TEST_P(PathMtuOnLoopback, IsFoundDespiteLossInBothDirections) {
  std::mt19937 random{7};  // NOLINT(*-msc51-cpp): a test must repeat itself
  std::bernoulli_distribution lost{0.05};
  Faults const faults{
      .hears = [&](Datagram const&,
                   Arrival const& a) { return a.ip_octets <= 1450 && !lost(random); },
      .answers = [&](Datagram const&) { return lost(random) ? 0 : 1; }};
  auto const r = measured(loop, GetParam(), faults, {.ceiling_octets = 9000});
  EXPECT_EQ(r.path_mtu_octets, 1450U);
  EXPECT_EQ(r.smallest_lost_octets, 1451U);
}

TEST_P(PathMtuOnLoopback, CanBeTooSmallForIp) {
  auto const r = measured(loop, GetParam(), carries_up_to(400), {.ceiling_octets = 1500});
  EXPECT_EQ(r.path_mtu_octets, 400U);
  EXPECT_EQ(assess(r).status, Status::fail);
}

TEST_P(PathMtuOnLoopback, IsNothingWhenNobodyAnswers) {
  auto const r =
      measured(loop, GetParam(), carries_up_to(0), {.timeout_ms = std::chrono::milliseconds{50}});
  EXPECT_EQ(r.path_mtu_octets, 0U);
  EXPECT_EQ(assess(r).status, Status::inconclusive);
  EXPECT_GE(r.packets_sent, 1);
}

TEST_P(PathMtuOnLoopback, IsNotTakenFromAnotherNodesAnswer) {
  Answerer peer{loop, GetParam()};
  PathMtu probe{.timeout_ms = std::chrono::milliseconds{50}};
  probe.path = peer.path();
  probe.path.peer = Answerer::self + 1;
  auto const r = peer.result_of(run(probe));
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ(r->path_mtu_octets, 0U);
}

INSTANTIATE_TEST_SUITE_P(Families, PathMtuOnLoopback, testing::Values("127.0.0.1", "::1"),
                         [](auto const& family) {
                           return std::string{family.index == 0 ? "V4" : "V6"};
                         });

TEST(PathMtu, CannotStartFromAnAddressThatNoInterfaceHolds) {
  boost::asio::io_context loop{1};
  Answerer peer{loop, "127.0.0.1"};
  PathMtu probe{.path = peer.path()};
  probe.path.source = boost::asio::ip::make_address("192.0.2.1");
  auto const r = peer.result_of(run(probe));
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().stage, Error::Stage::configuration);
}

IcmpEvidence too_big(std::string offender, std::uint32_t mtu, std::string origin = "icmp") {
  return {.origin = std::move(origin),
          .offender = std::move(offender),
          .type = 3,
          .code = 4,
          .error_number = EMSGSIZE,
          .mtu = mtu};
}

TEST(PathMtu, LimitIsExplainedByWhatWasLostAndWhatIcmpSaid) {
  struct Row {
    char const* what;
    std::uint32_t arrived, lost;
    std::vector<IcmpEvidence> evidence;
    MtuLimit limit;
    std::string by;
  };

  for (auto const& row : std::vector<Row>{{"all arrive", 9000, 0, {}, MtuLimit::local, ""},
                                          {"less was tried", 1500, 0, {}, MtuLimit::unknown, ""},
                                          {"nothing arrives", 0, 124, {}, MtuLimit::unknown, ""},
                                          {"no ICMP", 1450, 1451, {}, MtuLimit::silent, ""},
                                          {"a router says it",
                                           1450,
                                           1451,
                                           {too_big("10.0.0.1", 1450)},
                                           MtuLimit::signalled,
                                           "10.0.0.1"},
                                          {"two routers, the second matters",
                                           1400,
                                           1401,
                                           {too_big("10.0.0.1", 1500), too_big("10.0.0.2", 1400)},
                                           MtuLimit::signalled,
                                           "10.0.0.2"},
                                          {"the router's limit is not the edge",
                                           1400,
                                           1401,
                                           {too_big("10.0.0.1", 1500)},
                                           MtuLimit::silent,
                                           ""},
                                          {"an old router names no MTU",
                                           1450,
                                           1451,
                                           {too_big("10.0.0.1", 0)},
                                           MtuLimit::signalled,
                                           "10.0.0.1"},
                                          {"the own kernel is no router",
                                           1450,
                                           1451,
                                           {too_big("10.0.0.9", 1450, "local")},
                                           MtuLimit::silent,
                                           ""},
                                          {"another ICMP error",
                                           1450,
                                           1451,
                                           {{.origin = "icmp",
                                             .offender = "10.0.0.1",
                                             .type = 3,
                                             .code = 13,
                                             .error_number = EHOSTUNREACH}},
                                           MtuLimit::silent,
                                           ""}}) {
    PathMtu::Result r{.path_mtu_octets = row.arrived,
                      .smallest_lost_octets = row.lost,
                      .interface_mtu_octets = 9000,
                      .evidence = row.evidence};
    explain_limit(r);
    EXPECT_EQ(r.limit, row.limit) << row.what;
    EXPECT_EQ(r.signalled_by, row.by) << row.what;
  }
}

TEST(PathMtu, AssessmentSaysWhatArrivesAndWhyNoMore) {
  struct Row {
    PathMtu::Result result;
    Status status;
    char const* part;
  };

  PathMtu::Result const jumbo{.path_mtu_octets = 9000,
                              .exact = true,
                              .interface_mtu_octets = 9000,
                              .limit = MtuLimit::local};
  PathMtu::Result less{.path_mtu_octets = 1450,
                       .smallest_lost_octets = 1451,
                       .exact = true,
                       .interface_mtu_octets = 9000,
                       .limit = MtuLimit::silent,
                       .ttl_seen = 64};
  auto routed = less;
  routed.ttl_seen = 62;
  auto signalled = routed;
  signalled.limit = MtuLimit::signalled;
  signalled.signalled_by = "10.0.0.1";
  auto unfinished = less;
  unfinished.exact = false;
  IcmpEvidence const no_room{.origin = "local", .error_number = ENOBUFS};
  auto squeezed = unfinished;
  squeezed.packets_sent = 5;
  squeezed.evidence = {no_room};
  PathMtu::Result const nothing_left{.evidence = {no_room}};
  auto unanswered = nothing_left;
  unanswered.packets_sent = 1;
  auto v6 = less;
  v6.family = Family::ipv6;
  v6.path_mtu_octets = 1279;
  for (auto const& row : std::vector<Row>{{jumbo, Status::ok, "9000 octets arrive"},
                                          {less, Status::warn, "a switch or a port"},
                                          {routed, Status::warn, "black hole"},
                                          {signalled, Status::warn, "10.0.0.1 says by ICMP"},
                                          {unfinished, Status::inconclusive, "out of time"},
                                          {squeezed, Status::inconclusive, "interface was full"},
                                          {nothing_left, Status::inconclusive, "no packet left"},
                                          {unanswered, Status::inconclusive, "nothing answered"},
                                          {v6, Status::fail, "1280"},
                                          {{}, Status::inconclusive, "nothing answered"}}) {
    auto const a = assess(row.result);
    EXPECT_EQ(a.status, row.status) << a.reason;
    EXPECT_NE(a.reason.find(row.part), std::string::npos) << a.reason;
  }
}
}  // namespace
}  // namespace leadline
