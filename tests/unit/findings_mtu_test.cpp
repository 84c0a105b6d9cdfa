#include "coordinator/findings.hpp"
#include "coordinator/symptoms.hpp"
#include "tests/unit/fault_rows.hpp"

namespace leadline::fault_rows {
namespace {
/// A tunnel that carries 1400 octets, says nothing about it, and clamps the MSS.
void tunnel(SurveyMaker& m, std::uint32_t clamp) {
  m.spoil<PathMtu>(everywhere,
                   [](Observation&, PathMtu::Result& r) { shrink(r, 1400, MtuLimit::silent, 62); });
  m.spoil<TcpPush>(everywhere,
                   [clamp](Observation&, TcpPush::Result& r) { r.clamped_mss_octets = clamp; });
}

void all_but_west_n1_are_jumbo(SurveyMaker& m) {
  for (auto& node : m.survey().nodes) node.facts->interface.mtu_octets = 9000;
  m.facts("west/n1").interface.mtu_octets = 1500;
  m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
    r.interface_mtu_octets = r.path_mtu_octets = 9000;
  });
  m.spoil<PathMtu>(touching("west/n1"),
                   [](Observation&, PathMtu::Result& r) { r.path_mtu_octets = 1500; });
}

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
                             all_but_west_n1_are_jumbo,
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

INSTANTIATE_TEST_SUITE_P(
    MtuInATunnel, FaultTable,
    testing::Values(FaultRow{"clamped_to_what_passes",
                             [](SurveyMaker& m) { tunnel(m, 1360); },
                             {"MTU_BELOW_CONFIGURED clusters east -> west both"},
                             warnings},
                    FaultRow{"clamped_to_what_passes_below_the_minimum",
                             [](SurveyMaker& m) {
                               m.survey().plan.thresholds.min_mtu = Mtu{1500};
                               tunnel(m, 1360);
                             },
                             {"MTU_BELOW_CONFIGURED clusters east -> west both"},
                             not_ready},
                    FaultRow{"clamped_one_way",
                             [](SurveyMaker& m) {
                               tunnel(m, 1360);
                               m.spoil<PathMtu>(from_cluster("east"),
                                                [](Observation&, PathMtu::Result& r) {
                                                  shrink(r, 1500, MtuLimit::local, 62);
                                                });
                               m.spoil<TcpPush>(from_cluster("east"),
                                                [](Observation&, TcpPush::Result& r) {
                                                  r.clamped_mss_octets = 0;
                                                });
                             },
                             {"MTU_BELOW_CONFIGURED clusters west -> east forward"},
                             warnings},
                    FaultRow{"not_clamped",
                             [](SurveyMaker& m) { tunnel(m, 0); },
                             {"MTU_BLACK_HOLE clusters east -> west both"},
                             not_ready},
                    FaultRow{"clamped_to_an_octet_too_many",
                             [](SurveyMaker& m) { tunnel(m, 1361); },
                             {"MTU_BLACK_HOLE clusters east -> west both"},
                             not_ready},
                    FaultRow{"clamped_for_the_shorter_headers_of_ipv4",
                             [](SurveyMaker& m) {
                               m.dual();
                               tunnel(m, 1360);
                             },
                             {"MTU_BLACK_HOLE clusters east -> west both"},
                             not_ready},
                    FaultRow{"clamped_and_stalled",
                             [](SurveyMaker& m) {
                               tunnel(m, 1360);
                               m.spoil<TcpPush>(everywhere, stall);
                             },
                             {"MTU_BLACK_HOLE clusters east -> west both"},
                             not_ready},
                    FaultRow{"clamped_and_stalled_between_two",
                             [](SurveyMaker& m) {
                               tunnel(m, 1360);
                               m.spoil<TcpPush>(between("east/n1", "west/n1"), stall);
                             },
                             {"MTU_BLACK_HOLE clusters east -> west both"},
                             not_ready},
                    FaultRow{"clamped_and_not_all_arrived",
                             [](SurveyMaker& m) {
                               tunnel(m, 1360);
                               m.spoil<TcpPush>(everywhere,
                                                [](Observation& seen, TcpPush::Result& r) {
                                                  seen.status = Status::warn;
                                                  r.arrived_bytes /= 2;
                                                });
                             },
                             {"MTU_BLACK_HOLE clusters east -> west both"},
                             not_ready}));

INSTANTIATE_TEST_SUITE_P(MtuOfANode, FaultTable,
                         testing::Values(FaultRow{
                             "smaller_and_a_router_elsewhere",
                             [](SurveyMaker& m) {
                               m.survey().plan.thresholds.min_mtu = Mtu{9000};
                               all_but_west_n1_are_jumbo(m);
                               m.spoil<PathMtu>(between("east/n2", "west/n3"),
                                                [](Observation&, PathMtu::Result& r) {
                                                  shrink(r, 8000, MtuLimit::signalled, 62);
                                                });
                             },
                             {"MTU_BELOW_CONFIGURED node west/n1 both",
                              "MTU_BELOW_CONFIGURED pair east/n2 -> west/n3 forward"},
                             not_ready}));

TEST(Mtu, WhatIsClampedIsSaidBesideTheLimitThatItFits) {
  SurveyMaker maker;
  tunnel(maker, 1360);
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_TRUE(
      findings[0].evidence.at(0).ends_with("; the MSS is clamped to 1360, so that TCP passes"))
      << findings[0].evidence.at(0);
  ASSERT_EQ(findings[0].consequences.size(), 1U);
  EXPECT_TRUE(findings[0].consequences[0].starts_with("MTU_MSS_CLAMPED on 18 pairs"));
}
}  // namespace
}  // namespace leadline::fault_rows
