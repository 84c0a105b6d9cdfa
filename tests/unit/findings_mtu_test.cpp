#include "tests/unit/fault_rows.hpp"

namespace leadline::fault_rows {
namespace {
INSTANTIATE_TEST_SUITE_P(
    Mtu, FaultTable,
    testing::Values(FaultRow{"l2_one_node",
                             [](SurveyMaker& m) {
                               m.spoil<PathMtu>(touching("east/n2"),
                                                [](Observation&, PathMtu::Result& r) {
                                                  shrink(r, 1400, MtuLimit::silent, 64);
                                                });
                               m.spoil<TcpPush>(touching("east/n2"), stall);
                             },
                             {"MTU_L2_MISMATCH node east/n2 both"},
                             not_ready},
                    FaultRow{"black_hole",
                             [](SurveyMaker& m) {
                               m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                                 shrink(r, 1450, MtuLimit::silent, 62);
                               });
                               m.spoil<TcpPush>(everywhere, stall);
                             },
                             {"MTU_BLACK_HOLE clusters east -> west both"},
                             not_ready},
                    FaultRow{"black_hole_one_way",
                             [](SurveyMaker& m) {
                               m.spoil<PathMtu>(from_cluster("west"),
                                                [](Observation&, PathMtu::Result& r) {
                                                  shrink(r, 1450, MtuLimit::silent, 62);
                                                });
                             },
                             {"MTU_BLACK_HOLE clusters west -> east forward"},
                             not_ready},
                    FaultRow{"signalled",
                             [](SurveyMaker& m) {
                               m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                                 shrink(r, 1450, MtuLimit::signalled, 62);
                                 r.signalled_by = "10.100.9.1";
                               });
                             },
                             {"MTU_BELOW_CONFIGURED clusters east -> west both"},
                             warnings},
                    FaultRow{"below_minimum",
                             [](SurveyMaker& m) { m.survey().plan.thresholds.min_mtu = Mtu{9000}; },
                             {"MTU_BELOW_CONFIGURED clusters east -> west both"},
                             not_ready},
                    FaultRow{"odd_interface",
                             [](SurveyMaker& m) {
                               for (auto& node : m.survey().nodes)
                                 node.facts->interface.mtu_octets = 9000;
                               m.facts("west/n1").interface.mtu_octets = 1500;
                               m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                                 r.interface_mtu_octets = r.path_mtu_octets = 9000;
                               });
                               m.spoil<PathMtu>(touching("west/n1"),
                                                [](Observation&, PathMtu::Result& r) {
                                                  r.path_mtu_octets = 1500;
                                                });
                             },
                             {"MTU_BELOW_CONFIGURED node west/n1 both"},
                             warnings},
                    FaultRow{"more_than_a_packet_can_have",
                             [](SurveyMaker& m) {
                               for (auto& node : m.survey().nodes)
                                 node.facts->interface.mtu_octets = 65536;
                               m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                                 r.interface_mtu_octets = 65536;
                                 r.path_mtu_octets = 65535;
                               });
                             },
                             {},
                             Verdict::ready},
                    FaultRow{"clamped",
                             [](SurveyMaker& m) {
                               m.spoil<TcpPush>(everywhere, [](Observation&, TcpPush::Result& r) {
                                 r.clamped_mss_octets = 1300;
                               });
                             },
                             {"MTU_MSS_CLAMPED clusters east -> west both"},
                             warnings}));

INSTANTIATE_TEST_SUITE_P(
    MtuOneWay, FaultTable,
    testing::Values(
        FaultRow{"signalled",
                 [](SurveyMaker& m) {
                   m.spoil<PathMtu>(from_cluster("west"), [](Observation&, PathMtu::Result& r) {
                     shrink(r, 1450, MtuLimit::signalled, 62);
                   });
                 },
                 {"MTU_BELOW_CONFIGURED clusters west -> east forward"},
                 warnings},
        FaultRow{"signalled_and_less_one_way",
                 [](SurveyMaker& m) {
                   m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                     shrink(r, 1450, MtuLimit::signalled, 62);
                   });
                   m.spoil<PathMtu>(out_of("west/n1"), [](Observation&, PathMtu::Result& r) {
                     shrink(r, 1400, MtuLimit::signalled, 62);
                   });
                 },
                 {"MTU_BELOW_CONFIGURED clusters east -> west both",
                  "MTU_BELOW_CONFIGURED node west/n1 outbound"},
                 warnings},
        FaultRow{
            "a_smaller_port_inside_a_smaller_link",
            [](SurveyMaker& m) {
              m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                shrink(r, 1450, MtuLimit::silent, 64);
              });
              m.spoil<PathMtu>(touching("east/n2"), [](Observation&, PathMtu::Result& r) {
                shrink(r, 1400, MtuLimit::silent, 64);
              });
              m.spoil<TcpPush>(everywhere, stall);
            },
            {"MTU_L2_MISMATCH clusters east -> west both", "MTU_L2_MISMATCH node east/n2 both"},
            not_ready},
        FaultRow{"signalled_below_the_minimum",
                 [](SurveyMaker& m) {
                   m.survey().plan.thresholds.min_mtu = Mtu{1480};
                   m.spoil<PathMtu>(from_cluster("west"), [](Observation&, PathMtu::Result& r) {
                     shrink(r, 1450, MtuLimit::signalled, 62);
                   });
                 },
                 {"MTU_BELOW_CONFIGURED clusters west -> east forward"},
                 not_ready},
        FaultRow{"silent",
                 [](SurveyMaker& m) {
                   m.spoil<PathMtu>(from_cluster("west"), [](Observation&, PathMtu::Result& r) {
                     shrink(r, 1450, MtuLimit::silent, 64);
                   });
                 },
                 {"MTU_L2_MISMATCH clusters west -> east forward"},
                 not_ready}));
}  // namespace
}  // namespace leadline::fault_rows
