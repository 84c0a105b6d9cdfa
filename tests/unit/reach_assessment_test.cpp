#include "probes/reach.hpp"
#include "probes/trace_route.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace leadline {
namespace {

Attempt attempt(std::uint16_t port, Outcome outcome) {
  Attempt a;
  a.port = port;
  a.outcome = outcome;
  return a;
}

IcmpEvidence icmp(int type, int code, char const* offender) {
  IcmpEvidence e;
  e.origin = "icmp";
  e.type = type;
  e.code = code;
  e.offender = offender;
  return e;
}

Reach::Result healthy() {
  Reach::Result result;
  result.source = "10.0.0.1";
  result.target = "10.0.0.2";
  result.route.found = true;
  result.udp_sent = 3;
  result.udp_received = 3;
  result.udp_rtt_us = 120;
  result.udp = attempt(40000, Outcome::answered);
  result.tcp = {attempt(33000, Outcome::answered), attempt(50000, Outcome::answered)};
  return result;
}

struct Row {
  Reach::Result result;
  Status status;
  char const* reason;
};

std::vector<Row> rows() {
  std::vector<Row> rows;
  rows.push_back({healthy(), Status::ok,
                  "from 10.0.0.1 to 10.0.0.2: UDP 3 of 3 and TCP on all 2 ports answered, 120 µs"});
  auto lossy = healthy();
  lossy.udp_received = 2;
  rows.push_back({lossy, Status::ok,
                  "from 10.0.0.1 to 10.0.0.2: UDP 2 of 3 and TCP on all 2 ports answered, 120 µs"});
  auto half = healthy();
  half.tcp.back().outcome = Outcome::port_unreachable;
  half.tcp.back().evidence = icmp(3, 3, "10.0.0.9");
  rows.push_back({half, Status::fail,
                  "from 10.0.0.1 to 10.0.0.2: UDP 40000 answered 3 of 3; TCP 33000: answered; TCP "
                  "50000: rejected by a firewall (port unreachable) (ICMP 3/3 from 10.0.0.9)"});
  auto silent = healthy();
  silent.udp_received = 0;
  silent.udp.outcome = Outcome::silent;
  for (auto& a : silent.tcp) a.outcome = Outcome::silent;
  rows.push_back(
      {silent, Status::fail,
       "from 10.0.0.1 to 10.0.0.2: UDP 40000: no answer; TCP on all 2 ports: no answer"});
  auto udp_only = healthy();
  for (auto& a : udp_only.tcp) a.outcome = Outcome::refused;
  rows.push_back(
      {udp_only, Status::fail,
       "from 10.0.0.1 to 10.0.0.2: UDP 40000 answered 3 of 3; TCP on all 2 ports: refused"});
  auto wrong = healthy();
  wrong.udp.outcome = Outcome::wrong_node;
  wrong.udp.answered_by = 7;
  rows.push_back({wrong, Status::fail,
                  "from 10.0.0.1 to 10.0.0.2: UDP 40000: answered by another node than the one "
                  "meant (it is node 7 of this run); TCP on all 2 ports: answered"});
  auto gateway = silent;
  gateway.route.gateway = "10.0.0.254";
  gateway.udp.outcome = Outcome::absent_on_link;
  rows.push_back({gateway, Status::fail,
                  "from 10.0.0.1 to 10.0.0.2: UDP 40000: the gateway 10.0.0.254 does not answer on "
                  "the link; TCP on all 2 ports: no answer"});
  auto untried = healthy();
  untried.tcp.clear();
  rows.push_back(
      {untried, Status::inconclusive, "no TCP port was tried from 10.0.0.1 to 10.0.0.2"});
  return rows;
}

TEST(AssessReach, SaysWhatWasTriedAndWhatAnswered) {
  for (auto const& row : rows()) {
    auto const assessment = assess(row.result);
    EXPECT_EQ(assessment.status, row.status) << assessment.reason;
    EXPECT_EQ(assessment.reason, row.reason);
  }
}

TEST(ReachResult, SurvivesJson) {
  for (auto const& row : rows()) {
    nlohmann::json const j = row.result;
    EXPECT_EQ(nlohmann::json(j.get<Reach::Result>()), j);
  }
}

HopReply reply(int distance, char const* address, bool final = false) {
  return {.distance = distance, .address = address, .rtt_ms = 1, .final = final};
}

std::vector<std::string> addresses(std::vector<HopReply> const& replies) {
  std::vector<std::string> texts;
  for (auto const& hop : hops_of(replies)) texts.push_back(hop.address);
  return texts;
}

TEST(Hops, AreInOrderUpToTheFirstFinalReply) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(addresses({}), Texts{});
  EXPECT_EQ(addresses({reply(1, ""), reply(2, "")}), Texts{});
  EXPECT_EQ(addresses({reply(2, "b", true), reply(1, "a"), reply(3, "b", true)}),
            (Texts{"a", "b"}));
  EXPECT_EQ(addresses({reply(1, "a"), reply(2, ""), reply(3, "c"), reply(4, "")}),
            (Texts{"a", "", "c"}));
}
}  // namespace
}  // namespace leadline
