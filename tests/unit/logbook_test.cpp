#include "coordinator/logbook.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leadline {
namespace {

/// Two nodes, both directions; node 0 has both families, node 1 only IPv6.
struct Book {
  Survey survey;
  Logbook logbook{survey};

  Book() {
    survey.nodes = {{.name = {"east", "n1"}}, {.name = {"west", "n1"}}};
    survey.pairs = {{.source = 0, .target = 1}, {.source = 1, .target = 0}};
    logbook.open({{Family::ipv4, Family::ipv6}, {Family::ipv6}});
  }
};

Observation reach(Outcome outcome, Outcome udp = Outcome::unclear) {
  Reach::Result result;
  result.udp.outcome = udp;
  result.tcp = {{.port = 40000, .outcome = Outcome::silent}, {.port = 50000, .outcome = outcome}};
  return {.source = 0, .target = 1, .family = Family::ipv6, .probe = "reach", .result = result};
}

TEST(Logbook, AimsOnlyOverFamiliesThatBothNodesHave) {
  Book const book;
  auto const aims = book.logbook.aims();
  ASSERT_EQ(aims.size(), 2);
  EXPECT_EQ(aims[0].family, Family::ipv6);
  EXPECT_EQ(aims[1].family, Family::ipv6);
}

TEST(Logbook, RefusesAPairThatTheRunDoesNotHave) {
  Book book;
  EXPECT_FALSE(book.logbook.record({.source = 0, .target = 7, .probe = "tls"}));
  EXPECT_TRUE(book.logbook.record({.source = 0, .target = 1, .probe = "tls"}));
}

TEST(Logbook, HearsOfAProbeOverTheFamilyInWhichItWas) {
  Book book;
  EXPECT_FALSE(book.logbook.heard_of({.source = 0, .target = 1, .family = Family::ipv6}, "tls"));
  book.logbook.record({.source = 0,
                       .target = 1,
                       .family = Family::ipv6,
                       .probe = "tls",
                       .status = Status::skipped,
                       .reason = "it was not worth it"});
  EXPECT_TRUE(book.logbook.heard_of({.source = 0, .target = 1, .family = Family::ipv6}, "tls"));
  EXPECT_FALSE(book.logbook.heard_of({.source = 0, .target = 1, .family = Family::ipv6}, "reach"));
  EXPECT_FALSE(book.logbook.heard_of({.source = 0, .target = 1, .family = Family::ipv4}, "tls"));
  EXPECT_FALSE(book.logbook.heard_of({.source = 1, .target = 0, .family = Family::ipv6}, "tls"));
  EXPECT_FALSE(book.logbook.heard_of({.source = 0, .target = 9, .family = Family::ipv6}, "tls"));
}

TEST(Logbook, GoesOnWhereOnePortAnswered) {
  Book book;
  book.logbook.record(reach(Outcome::answered));
  EXPECT_EQ(book.logbook.blocked({.source = 0, .target = 1, .family = Family::ipv6}), "");
}

class Blocked : public testing::TestWithParam<Outcome> {};

TEST_P(Blocked, WhereNobodyWhoWasMeantAnswered) {
  Book book;
  book.logbook.record(reach(GetParam()));
  EXPECT_NE(book.logbook.blocked({.source = 0, .target = 1, .family = Family::ipv6}), "");
  EXPECT_EQ(book.logbook.blocked({.source = 1, .target = 0, .family = Family::ipv6}), "");
}

INSTANTIATE_TEST_SUITE_P(Outcomes, Blocked,
                         testing::Values(Outcome::silent, Outcome::refused, Outcome::wrong_node,
                                         Outcome::absent_on_link, Outcome::unclear));

constexpr Aim aim{.source = 0, .target = 1, .family = Family::ipv6};

TEST(Logbook, WithoutUdpSkipsOnlyWhatTakesIt) {
  Book book;
  book.logbook.record(reach(Outcome::answered, Outcome::silent));
  for (auto const probe : {PathMtu::name, Latency::name})
    EXPECT_EQ(book.logbook.blocked(aim, probe),
              "it takes UDP, and by UDP the peer was not reached: no answer");
  for (auto const probe : {TcpPush::name, TlsHandshake::name, Bandwidth::name})
    EXPECT_EQ(book.logbook.blocked(aim, probe), "");
  EXPECT_EQ(book.logbook.blocked(aim), "");
}

TEST(Logbook, WithUdpSkipsNothing) {
  Book book;
  book.logbook.record(reach(Outcome::answered, Outcome::answered));
  for (auto const probe : {PathMtu::name, Latency::name, TcpPush::name, TlsHandshake::name})
    EXPECT_EQ(book.logbook.blocked(aim, probe), "");
}

TEST(Logbook, WithoutReachGoesOn) {
  Book const book;
  EXPECT_EQ(book.logbook.blocked(aim, PathMtu::name), "");
}

TEST(Logbook, ShakesNoHandsWhereOnlyOneHasKubeVirtsCertificates) {
  Book book;
  Facts given;
  given.migration_identity = {{.role = "server"}, {.role = "client"}};
  book.survey.nodes[0].facts = given;
  book.survey.nodes[1].facts = Facts{};
  EXPECT_EQ(book.logbook.blocked(aim, TlsHandshake::name),
            "the agent of west/n1 was given no --migration-tls, that of east/n1 was: give it to "
            "all, or to none");
  EXPECT_EQ(
      book.logbook.blocked({.source = 1, .target = 0, .family = Family::ipv6}, TlsHandshake::name),
      book.logbook.blocked(aim, TlsHandshake::name));
  EXPECT_EQ(book.logbook.blocked(aim, TcpPush::name), "");
  book.survey.nodes[1].facts = given;
  EXPECT_EQ(book.logbook.blocked(aim, TlsHandshake::name), "");
  book.survey.nodes[0].facts = book.survey.nodes[1].facts = Facts{};
  EXPECT_EQ(book.logbook.blocked(aim, TlsHandshake::name), "");
}
}  // namespace
}  // namespace leadline
