#include "coordinator/findings.hpp"
#include "coordinator/symptoms.hpp"
#include "tests/unit/fault_rows.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace leadline::fault_rows {
namespace {
INSTANTIATE_TEST_SUITE_P(
    Reach, FaultTable,
    testing::Values(
        FaultRow{"node_absent",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(touching("east/n1"), fails_as(Outcome::absent_on_link));
                   m.skip_after_reach(touching("east/n1")).arrived(touching("east/n1"), 0);
                 },
                 {"REACH_HOST_ABSENT node east/n1 both"},
                 not_ready},
        FaultRow{"stateful_inbound_drop",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(into("east/n1"), fails_as(Outcome::silent));
                   m.skip_after_reach(into("east/n1")).arrived(into("east/n1"), 0);
                 },
                 {"REACH_FILTERED node east/n1 inbound"},
                 not_ready},
        FaultRow{"one_way_inbound",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(touching("east/n1"), fails_as(Outcome::silent));
                   m.skip_after_reach(touching("east/n1")).arrived(into("east/n1"), 0);
                 },
                 {"REACH_ONE_WAY node east/n1 inbound"},
                 not_ready},
        FaultRow{"reset",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(into("east/n1"), fails_as(Outcome::refused));
                   m.skip_after_reach(into("east/n1"));
                 },
                 {"REACH_FILTERED node east/n1 inbound"},
                 not_ready},
        FaultRow{"no_route_between",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(from_cluster("east"), fails_as(Outcome::no_route_at_hop));
                   m.skip_after_reach(from_cluster("east"));
                 },
                 {"REACH_NO_ROUTE clusters east -> west forward"},
                 not_ready},
        FaultRow{"no_route_told_once",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(everywhere, fails_as(Outcome::silent));
                   m.arrived(from_cluster("east"), 0);
                   m.spoil<Reach>(
                       [](auto const& source, auto const& target) {
                         return source == "east/n1" && target == "west/n1";
                       },
                       fails_as(Outcome::no_route_at_hop));
                   m.skip_after_reach(everywhere);
                 },
                 {"REACH_NO_ROUTE clusters east -> west forward"},
                 not_ready},
        FaultRow{"no_route_told_to_an_answer",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(everywhere, fails_as(Outcome::silent));
                   m.arrived(from_cluster("east"), 0).skip_after_reach(everywhere);
                   m.lost_answers(between("east/n2", "west/n1"), icmp(3, 0));
                 },
                 {"REACH_NO_ROUTE clusters east -> west forward"},
                 not_ready},
        FaultRow{"no_ipv6_route_told_to_an_answer",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(everywhere, fails_as(Outcome::silent));
                   m.arrived(from_cluster("east"), 0).skip_after_reach(everywhere);
                   m.lost_answers(between("east/n2", "west/n1"), icmp6(1, 0));
                 },
                 {"REACH_NO_ROUTE clusters east -> west forward"},
                 not_ready},
        FaultRow{"answers_of_one_node_prohibited",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(into("east/n1"), fails_as(Outcome::silent));
                   m.skip_after_reach(into("east/n1"));
                   m.lost_answers(out_of("east/n1"), icmp6(1, 1));
                 },
                 {"REACH_FILTERED node east/n1 outbound"},
                 not_ready},
        FaultRow{"asker_absent_for_the_answers",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(out_of("east/n1"), fails_as(Outcome::silent));
                   m.skip_after_reach(out_of("east/n1"));
                   m.lost_answers(into("east/n1"), icmp(3, 1));
                 },
                 {"REACH_HOST_ABSENT node east/n1 inbound"},
                 not_ready},
        FaultRow{"a_lost_answer_among_many_that_arrived",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(into("west/n3"), fails_as(Outcome::silent));
                   m.skip_after_reach(into("west/n3")).arrived(into("west/n3"), 0);
                   m.lost_answers(out_of("east/n1"), icmp(3, 0));
                 },
                 {"REACH_FILTERED node west/n3 inbound"},
                 not_ready},
        FaultRow{"part_of_ports",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(into("west/n2"), [](Observation& seen, Reach::Result& r) {
                     seen.status = Status::fail;
                     for (std::size_t i = 4; i < 8; ++i) r.tcp[i].outcome = Outcome::silent;
                   });
                 },
                 {"REACH_PORT_RANGE node west/n2 inbound"},
                 not_ready},
        FaultRow{"part_of_ports_and_loss",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(everywhere, [](Observation& seen, Reach::Result& r) {
                     seen.status = Status::fail;
                     for (std::size_t i = 4; i < 8; ++i) r.tcp[i].outcome = Outcome::silent;
                   });
                   m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                     r.lost_forward = 30;
                     r.received = 570;
                   });
                   m.skip("bandwidth", everywhere);
                 },
                 {"REACH_PORT_RANGE clusters east -> west both", "LOSS clusters east -> west both"},
                 not_ready},
        FaultRow{"synchronization_and_mtu",
                 [](SurveyMaker& m) {
                   m.survey().plan.synchronization_addresses = {"10.0.0.1:9185"};
                   for (NodeIndex node = 0; node < 6; ++node)
                     m.survey().node_observations.push_back(synchronization(node, Outcome::silent));
                   m.spoil<PathMtu>(out_of("west/n3"), [](Observation&, PathMtu::Result& r) {
                     r.path_mtu_octets = 1400;
                     r.smallest_lost_octets = 1401;
                     r.limit = MtuLimit::silent;
                   });
                 },
                 {"SYNC_UNREACHABLE cluster east both", "SYNC_UNREACHABLE cluster west both",
                  "MTU_L2_MISMATCH node west/n3 outbound"},
                 not_ready},
        FaultRow{"outside_the_range_and_lossy",
                 [](SurveyMaker& m) {
                   m.survey().plan.network_ranges = {"10.100.0.0/16"};
                   m.record("east/n2").addresses = {"10.128.0.7"};
                   m.spoil<Reach>(out_of("east/n2"), [](Observation&, Reach::Result& r) {
                     r.udp.source_seen = "10.128.0.7:40000";
                     for (auto& attempt : r.tcp) attempt.source_seen = r.udp.source_seen;
                   });
                   m.spoil<Latency>(out_of("east/n2"), [](Observation&, Latency::Result& r) {
                     r.lost_forward = 30;
                     r.received = 570;
                   });
                   m.skip("bandwidth", out_of("east/n2"));
                 },
                 {"ADDR_OUTSIDE_RANGE node east/n2 both", "LOSS node east/n2 outbound"},
                 not_ready},
        FaultRow{"nat",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(from_cluster("east"), [](Observation&, Reach::Result& r) {
                     r.udp.source_seen = "192.0.2.1:1024";
                   });
                 },
                 {"PATH_NAT clusters east -> west forward"},
                 warnings},
        FaultRow{"nat_of_tcp_alone",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(from_cluster("east"), [](Observation&, Reach::Result& r) {
                     for (auto& attempt : r.tcp) attempt.source_seen = "192.0.2.1:1024";
                   });
                 },
                 {"PATH_NAT clusters east -> west forward"},
                 warnings},
        FaultRow{
            "udp_dropped_at_one_node",
            [](SurveyMaker& m) { m.close_udp(touching("west/n1")).arrived(into("west/n1"), 0); },
            {"REACH_FILTERED node west/n1 inbound", "NOT_MEASURED node west/n1 both"},
            Verdict::unknown},
        FaultRow{"udp_dropped_and_large_segments_too",
                 [](SurveyMaker& m) {
                   m.close_udp(into("west/n1")).arrived(into("west/n1"), 0);
                   m.spoil<TcpPush>(into("west/n1"), stall);
                   m.skip("bandwidth", into("west/n1"));
                 },
                 {"REACH_FILTERED node west/n1 inbound", "MTU_BLACK_HOLE node west/n1 inbound"},
                 not_ready},
        FaultRow{"two_faults",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(into("east/n1"), fails_as(Outcome::refused));
                   m.skip_after_reach(into("east/n1"));
                   m.spoil<PathMtu>(out_of("west/n3"), [](Observation&, PathMtu::Result& r) {
                     r.path_mtu_octets = 1400;
                     r.smallest_lost_octets = 1401;
                     r.limit = MtuLimit::silent;
                   });
                 },
                 {"REACH_FILTERED node east/n1 inbound", "MTU_L2_MISMATCH node west/n3 outbound"},
                 not_ready}));

/// What the first finding of these faults has as evidence.
std::vector<std::string> evidence_after(std::function<void(SurveyMaker&)> const& spoil) {
  SurveyMaker maker;
  spoil(maker);
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  return findings.empty() ? std::vector<std::string>{} : findings.front().evidence;
}

struct CounterRow {
  char const* name;
  std::function<void(SurveyMaker&)> spoil;
  std::string evidence;
};

class Counters : public testing::TestWithParam<CounterRow> {};

TEST_P(Counters, OfBothEndsAreEvidence) {
  auto const evidence = evidence_after(GetParam().spoil);
  ASSERT_FALSE(evidence.empty());
  EXPECT_EQ(evidence.front(), GetParam().evidence);
}

INSTANTIATE_TEST_SUITE_P(
    Reach, Counters,
    testing::Values(
        CounterRow{"peer_counted_nothing",
                   [](SurveyMaker& m) {
                     m.spoil<Reach>(into("east/n1"), fails_as(Outcome::silent));
                     std::erase_if(m.survey().arrivals,
                                   [&](auto const& a) { return a.at == m.node("east/n1"); });
                   },
                   "west/n1 -> east/n1: port 0: silent after 0 ms; UDP: 1 sent, 0 counted by the "
                   "peer, 0 answered; TCP: 8 tried, 0 counted by the peer, 0 ports open"},
        CounterRow{"peer_never_told",
                   [](SurveyMaker& m) {
                     m.spoil<Reach>(into("east/n1"), fails_as(Outcome::silent));
                     std::erase_if(m.survey().arrivals,
                                   [&](auto const& a) { return a.at == m.node("east/n1"); });
                     m.survey().counted.erase(m.node("east/n1"));
                   },
                   "west/n1 -> east/n1: port 0: silent after 0 ms; UDP: 1 sent, 0 answered; TCP: 8 "
                   "tried, 0 ports open; the peer's count is unknown"},
        CounterRow{"trace_counted_too",
                   [](SurveyMaker& m) {
                     m.spoil<Reach>(into("east/n1"), [](Observation& seen, Reach::Result& r) {
                       seen.status = Status::fail;
                       for (auto& attempt : r.tcp) attempt.outcome = Outcome::refused;
                     });
                     m.arrived(into("east/n1"), 19);
                   },
                   "west/n1 -> east/n1: UDP passes, TCP does not: port 33000: refused after 0 ms; "
                   "UDP: 1 sent, 19 counted by the peer with those of the trace, 1 answered; TCP: "
                   "8 tried, 8 counted by the peer, 0 ports open"},
        CounterRow{"udp_alone",
                   [](SurveyMaker& m) { m.close_udp(into("east/n1")).arrived(into("east/n1"), 0); },
                   "west/n1 -> east/n1: TCP passes, UDP does not: port 0: silent after 0 ms; UDP: "
                   "6 sent, 0 counted by the peer, 0 answered; TCP: 8 tried, 8 counted by the "
                   "peer, 8 ports open"},
        CounterRow{"of_two_families",
                   [](SurveyMaker& m) {
                     m.dual().spoil<Reach>(into("east/n1"), [](Observation& seen, auto& r) {
                       if (seen.family == Family::ipv6) unreached(seen, r, Outcome::refused);
                     });
                   },
                   "west/n1 -> east/n1 (IPv6): port 0: refused after 0 ms; UDP: 1 sent, 0 counted "
                   "by the peer, 0 answered; TCP: 8 tried, 0 counted by the peer, 0 ports open"}),
    [](auto const& tested) { return std::string{tested.param.name}; });

TEST(Reach, NoAnswerToThePathMtuSearchIsNoBlackHole) {
  SurveyMaker maker;
  maker.spoil<PathMtu>(into("west/n1"), [](Observation& seen, PathMtu::Result& r) {
    seen.status = Status::fail;
    r = {.interface_mtu_octets = 1500, .packets_sent = 9};
  });
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(shown(findings.front()), "NOT_MEASURED node west/n1 inbound");
  EXPECT_NE(std::ranges::count(findings.front().evidence,
                               "east/n1 -> west/n1: path_mtu: none of 9 UDP packets was answered, "
                               "of whatever size"),
            0);
}
}  // namespace
}  // namespace leadline::fault_rows
