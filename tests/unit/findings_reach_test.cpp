#include "tests/unit/fault_rows.hpp"

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
}  // namespace
}  // namespace leadline::fault_rows
