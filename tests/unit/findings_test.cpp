#include "coordinator/findings.hpp"

#include "coordinator/finding_catalogue.hpp"
#include "coordinator/report/report.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace leadline {
namespace {
using Where = SurveyMaker::Where;

Where const everywhere = [](auto const&, auto const&) { return true; };

Where into(std::string const& node) {
  return [node](auto const&, auto const& target) { return target == node; };
}

Where out_of(std::string const& node) {
  return [node](auto const& source, auto const&) { return source == node; };
}

Where touching(std::string const& node) {
  return
      [node](auto const& source, auto const& target) { return source == node || target == node; };
}

Where from_cluster(std::string const& cluster) {
  return [cluster](auto const& source, auto const&) { return source.starts_with(cluster + "/"); };
}

void unreached(Observation& seen, Reach::Result& result, Outcome outcome) {
  seen.status = Status::fail;
  result.udp_received = 0;
  result.udp.outcome = outcome;
  result.udp.source_seen.clear();
  for (auto& attempt : result.tcp) attempt.outcome = outcome;
}

Where between(std::string const& from, std::string const& to) {
  return [=](auto const& source, auto const& target) { return source == from && target == to; };
}

IcmpEvidence said_by_router(std::string origin, int type, int code) {
  return {.origin = std::move(origin), .offender = "192.0.2.254", .type = type, .code = code};
}

IcmpEvidence icmp(int type, int code) {
  return said_by_router("icmp", type, code);
}

IcmpEvidence icmp6(int type, int code) {
  return said_by_router("icmp6", type, code);
}

Observation synchronization(NodeIndex node, Outcome outcome) {
  bool const open = outcome == Outcome::answered;
  return {.source = node,
          .target = node,
          .family = Family::ipv4,
          .probe = "sync",
          .status = open ? Status::ok : Status::fail,
          .reason = {},
          .result = SyncPort::Result{.endpoint = "10.0.0.1:9185",
                                     .outcome = outcome,
                                     .system_error = open ? "" : "timed out"}};
}

/// A plan with one synchronization address, which the first nodes of six found open.
SurveyMaker synchronization_open_to(NodeIndex nodes) {
  SurveyMaker maker;
  maker.survey().plan.synchronization_addresses = {"10.0.0.1:9185"};
  for (NodeIndex node = 0; node < nodes; ++node)
    maker.survey().node_observations.push_back(synchronization(node, Outcome::answered));
  return maker;
}

auto fails_as(Outcome outcome) {
  return [outcome](Observation& seen, Reach::Result& result) { unreached(seen, result, outcome); };
}

struct Row {
  std::string name;
  std::function<void(SurveyMaker&)> spoil;
  std::vector<std::string> expected;  ///< "CODE scope direction" of all findings above info
  Verdict verdict;
};

void PrintTo(Row const& row, std::ostream* out) {
  *out << row.name;
}

std::string shown(Finding const& finding) {
  return fmt::format("{} {} {}", finding.code, format(finding.scope), format(finding.direction));
}

class FaultTable : public testing::TestWithParam<Row> {};

TEST_P(FaultTable, NamesTheCauseAndNothingElse) {
  SurveyMaker maker;
  GetParam().spoil(maker);
  auto const report = make_report(maker.survey(), false);
  std::vector<std::string> found;
  for (auto const& finding : report.findings) {
    EXPECT_NE(find_kind(finding.code), nullptr);
    EXPECT_FALSE(finding.evidence.empty()) << finding.code;
    if (finding.severity != Severity::info) found.push_back(shown(finding));
  }
  std::ranges::sort(found);
  auto expected = GetParam().expected;
  std::ranges::sort(expected);
  EXPECT_EQ(found, expected);
  EXPECT_EQ(format(report.verdict), format(GetParam().verdict));
}

constexpr auto not_ready = Verdict::not_ready;
constexpr auto warnings = Verdict::ready_with_warnings;

INSTANTIATE_TEST_SUITE_P(Healthy, FaultTable,
                         testing::Values(Row{"healthy", [](SurveyMaker&) {}, {}, Verdict::ready},
                                         Row{"routed",
                                             [](SurveyMaker& m) {
                                               m.spoil<Reach>(everywhere,
                                                              [](Observation&, Reach::Result& r) {
                                                                r.ttl_seen = r.ttl_received = 62;
                                                              });
                                             },
                                             {},
                                             Verdict::ready},
                                         Row{"dscp_bleached",
                                             [](SurveyMaker& m) {
                                               m.spoil<Reach>(everywhere,
                                                              [](Observation&, Reach::Result& r) {
                                                                r.tos_seen = 2;
                                                              });
                                             },
                                             {},
                                             Verdict::ready}));

INSTANTIATE_TEST_SUITE_P(
    Links, FaultTable,
    testing::Values(
        Row{"link_down",
            [](SurveyMaker& m) {
              m.facts("east/n1").interface.carrier = false;
              m.spoil<Reach>(touching("east/n1"), fails_as(Outcome::absent_on_link));
              m.skip_after_reach(touching("east/n1"));
              m.arrived(touching("east/n1"), 0);
            },
            {"LINK_DOWN node east/n1 both"},
            not_ready},
        Row{"no_interface",
            [](SurveyMaker& m) {
              m.facts("west/n2").interface.present = false;
              m.skip("reach", touching("west/n2")).skip_after_reach(touching("west/n2"));
            },
            {"ADDR_NO_INTERFACE node west/n2 both"},
            not_ready},
        Row{"no_global",
            [](SurveyMaker& m) {
              m.facts("west/n2").interface.addresses.clear();
              m.skip("reach", touching("west/n2")).skip_after_reach(touching("west/n2"));
            },
            {"ADDR_NO_GLOBAL node west/n2 both"},
            not_ready},
        Row{"outside_range",
            [](SurveyMaker& m) {
              m.survey().plan.network_ranges = {"10.100.0.0/16", "fd00::/64"};
              m.record("east/n2").addresses = {"10.128.0.7"};
              m.spoil<Reach>(out_of("east/n2"), [](Observation&, Reach::Result& r) {
                r.udp.source_seen = "10.128.0.7:40000";
              });
            },
            {"ADDR_OUTSIDE_RANGE node east/n2 both"},
            not_ready},
        Row{"flapping",
            [](SurveyMaker& m) { m.facts("east/n3").interface.carrier_changes = 40; },
            {"LINK_FLAPPING node east/n3 both"},
            warnings},
        Row{"slow_cluster",
            [](SurveyMaker& m) {
              m.survey().plan.thresholds.expected_link_speed = BitRate{25e9};
              for (auto const* node : {"east/n1", "east/n2", "east/n3"})
                m.facts(node).interface.speed_bits_per_second = 1'000'000'000;
              for (auto const* node : {"west/n1", "west/n2", "west/n3"})
                m.facts(node).interface.speed_bits_per_second = 25'000'000'000;
            },
            {"LINK_SLOW cluster east both"},
            warnings},
        Row{"duplicate",
            [](SurveyMaker& m) {
              m.record("west/n1").addresses = m.record("east/n1").addresses;
              m.skip_after_reach(touching("west/n1"));
              m.spoil<Reach>(into("west/n1"), [&m](Observation& seen, Reach::Result& r) {
                unreached(seen, r, Outcome::wrong_node);
                r.udp.answered_by = m.node("east/n1");
              });
              m.spoil<Reach>(out_of("west/n1"), fails_as(Outcome::silent));
            },
            {"ADDR_DUPLICATE node east/n1 both", "ADDR_DUPLICATE node west/n1 both"},
            not_ready},
        Row{"self_dial",
            [](SurveyMaker& m) {
              m.spoil<Reach>(between("east/n1", "west/n1"),
                             [&m](Observation& seen, Reach::Result& r) {
                               unreached(seen, r, Outcome::wrong_node);
                               r.udp.answered_by = m.node("east/n1");
                               for (auto& attempt : r.tcp) attempt.answered_by = r.udp.answered_by;
                             });
              m.skip_after_reach(between("east/n1", "west/n1"));
            },
            {"ADDR_SELF_DIAL node east/n1 both"},
            not_ready},
        Row{"clock",
            [](SurveyMaker& m) { m.record("west/n3").clock->offset_ms = 90000; },
            {"CLOCK_SKEW node west/n3 both"},
            warnings}));

INSTANTIATE_TEST_SUITE_P(
    Reach, FaultTable,
    testing::Values(
        Row{"node_absent",
            [](SurveyMaker& m) {
              m.spoil<Reach>(touching("east/n1"), fails_as(Outcome::absent_on_link));
              m.skip_after_reach(touching("east/n1")).arrived(touching("east/n1"), 0);
            },
            {"REACH_HOST_ABSENT node east/n1 both"},
            not_ready},
        Row{"stateful_inbound_drop",
            [](SurveyMaker& m) {
              m.spoil<Reach>(into("east/n1"), fails_as(Outcome::silent));
              m.skip_after_reach(into("east/n1")).arrived(into("east/n1"), 0);
            },
            {"REACH_FILTERED node east/n1 inbound"},
            not_ready},
        Row{"one_way_inbound",
            [](SurveyMaker& m) {
              m.spoil<Reach>(touching("east/n1"), fails_as(Outcome::silent));
              m.skip_after_reach(touching("east/n1")).arrived(into("east/n1"), 0);
            },
            {"REACH_ONE_WAY node east/n1 inbound"},
            not_ready},
        Row{"reset",
            [](SurveyMaker& m) {
              m.spoil<Reach>(into("east/n1"), fails_as(Outcome::refused));
              m.skip_after_reach(into("east/n1"));
            },
            {"REACH_FILTERED node east/n1 inbound"},
            not_ready},
        Row{"no_route_between",
            [](SurveyMaker& m) {
              m.spoil<Reach>(from_cluster("east"), fails_as(Outcome::no_route_at_hop));
              m.skip_after_reach(from_cluster("east"));
            },
            {"REACH_NO_ROUTE clusters east -> west forward"},
            not_ready},
        Row{"no_route_told_once",
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
        Row{"no_route_told_to_an_answer",
            [](SurveyMaker& m) {
              m.spoil<Reach>(everywhere, fails_as(Outcome::silent));
              m.arrived(from_cluster("east"), 0).skip_after_reach(everywhere);
              m.lost_answers(between("east/n2", "west/n1"), icmp(3, 0));
            },
            {"REACH_NO_ROUTE clusters east -> west forward"},
            not_ready},
        Row{"no_ipv6_route_told_to_an_answer",
            [](SurveyMaker& m) {
              m.spoil<Reach>(everywhere, fails_as(Outcome::silent));
              m.arrived(from_cluster("east"), 0).skip_after_reach(everywhere);
              m.lost_answers(between("east/n2", "west/n1"), icmp6(1, 0));
            },
            {"REACH_NO_ROUTE clusters east -> west forward"},
            not_ready},
        Row{"answers_of_one_node_prohibited",
            [](SurveyMaker& m) {
              m.spoil<Reach>(into("east/n1"), fails_as(Outcome::silent));
              m.skip_after_reach(into("east/n1"));
              m.lost_answers(out_of("east/n1"), icmp6(1, 1));
            },
            {"REACH_FILTERED node east/n1 outbound"},
            not_ready},
        Row{"asker_absent_for_the_answers",
            [](SurveyMaker& m) {
              m.spoil<Reach>(out_of("east/n1"), fails_as(Outcome::silent));
              m.skip_after_reach(out_of("east/n1"));
              m.lost_answers(into("east/n1"), icmp(3, 1));
            },
            {"REACH_HOST_ABSENT node east/n1 inbound"},
            not_ready},
        Row{"a_lost_answer_among_many_that_arrived",
            [](SurveyMaker& m) {
              m.spoil<Reach>(into("west/n3"), fails_as(Outcome::silent));
              m.skip_after_reach(into("west/n3")).arrived(into("west/n3"), 0);
              m.lost_answers(out_of("east/n1"), icmp(3, 0));
            },
            {"REACH_FILTERED node west/n3 inbound"},
            not_ready},
        Row{"part_of_ports",
            [](SurveyMaker& m) {
              m.spoil<Reach>(into("west/n2"), [](Observation& seen, Reach::Result& r) {
                seen.status = Status::fail;
                for (std::size_t i = 4; i < 8; ++i) r.tcp[i].outcome = Outcome::silent;
              });
            },
            {"REACH_PORT_RANGE node west/n2 inbound"},
            not_ready},
        Row{"part_of_ports_and_loss",
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
        Row{"synchronization_and_mtu",
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
        Row{"outside_the_range_and_lossy",
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
        Row{"nat",
            [](SurveyMaker& m) {
              m.spoil<Reach>(from_cluster("east"), [](Observation&, Reach::Result& r) {
                r.udp.source_seen = "192.0.2.1:1024";
              });
            },
            {"PATH_NAT clusters east -> west forward"},
            warnings},
        Row{"two_faults",
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

void shrink(PathMtu::Result& result, std::uint32_t octets, MtuLimit limit, int ttl) {
  result.path_mtu_octets = octets;
  result.smallest_lost_octets = octets + 1;
  result.limit = limit;
  result.ttl_seen = ttl;
}

void stall(Observation& seen, TcpPush::Result& result) {
  seen.status = Status::fail;
  result.arrived_bytes = 0;
}

INSTANTIATE_TEST_SUITE_P(
    Mtu, FaultTable,
    testing::Values(Row{"l2_one_node",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(touching("east/n2"),
                                           [](Observation&, PathMtu::Result& r) {
                                             shrink(r, 1400, MtuLimit::silent, 64);
                                           });
                          m.spoil<TcpPush>(touching("east/n2"), stall);
                        },
                        {"MTU_L2_MISMATCH node east/n2 both"},
                        not_ready},
                    Row{"black_hole",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                            shrink(r, 1450, MtuLimit::silent, 62);
                          });
                          m.spoil<TcpPush>(everywhere, stall);
                        },
                        {"MTU_BLACK_HOLE clusters east -> west both"},
                        not_ready},
                    Row{"black_hole_one_way",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(from_cluster("west"),
                                           [](Observation&, PathMtu::Result& r) {
                                             shrink(r, 1450, MtuLimit::silent, 62);
                                           });
                        },
                        {"MTU_BLACK_HOLE clusters west -> east forward"},
                        not_ready},
                    Row{"signalled",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                            shrink(r, 1450, MtuLimit::signalled, 62);
                            r.signalled_by = "10.100.9.1";
                          });
                        },
                        {"MTU_BELOW_CONFIGURED clusters east -> west both"},
                        warnings},
                    Row{"below_minimum",
                        [](SurveyMaker& m) { m.survey().plan.thresholds.min_mtu = Mtu{9000}; },
                        {"MTU_BELOW_CONFIGURED clusters east -> west both"},
                        not_ready},
                    Row{"odd_interface",
                        [](SurveyMaker& m) {
                          for (auto& node : m.survey().nodes)
                            node.facts->interface.mtu_octets = 9000;
                          m.facts("west/n1").interface.mtu_octets = 1500;
                          m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                            r.interface_mtu_octets = r.path_mtu_octets = 9000;
                          });
                          m.spoil<PathMtu>(
                              touching("west/n1"),
                              [](Observation&, PathMtu::Result& r) { r.path_mtu_octets = 1500; });
                        },
                        {"MTU_BELOW_CONFIGURED node west/n1 both"},
                        warnings},
                    Row{"more_than_a_packet_can_have",
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
                    Row{"clamped",
                        [](SurveyMaker& m) {
                          m.spoil<TcpPush>(everywhere, [](Observation&, TcpPush::Result& r) {
                            r.clamped_mss_octets = 1300;
                          });
                        },
                        {"MTU_MSS_CLAMPED clusters east -> west both"},
                        warnings}));

INSTANTIATE_TEST_SUITE_P(
    MtuOneWay, FaultTable,
    testing::Values(Row{"signalled",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(from_cluster("west"),
                                           [](Observation&, PathMtu::Result& r) {
                                             shrink(r, 1450, MtuLimit::signalled, 62);
                                           });
                        },
                        {"MTU_BELOW_CONFIGURED clusters west -> east forward"},
                        warnings},
                    Row{"signalled_and_less_one_way",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                            shrink(r, 1450, MtuLimit::signalled, 62);
                          });
                          m.spoil<PathMtu>(out_of("west/n1"), [](Observation&, PathMtu::Result& r) {
                            shrink(r, 1400, MtuLimit::signalled, 62);
                          });
                        },
                        {"MTU_BELOW_CONFIGURED clusters east -> west both"},
                        warnings},
                    Row{"signalled_below_the_minimum",
                        [](SurveyMaker& m) {
                          m.survey().plan.thresholds.min_mtu = Mtu{1480};
                          m.spoil<PathMtu>(from_cluster("west"),
                                           [](Observation&, PathMtu::Result& r) {
                                             shrink(r, 1450, MtuLimit::signalled, 62);
                                           });
                        },
                        {"MTU_BELOW_CONFIGURED clusters west -> east forward"},
                        not_ready},
                    Row{"silent",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(from_cluster("west"),
                                           [](Observation&, PathMtu::Result& r) {
                                             shrink(r, 1450, MtuLimit::silent, 64);
                                           });
                        },
                        {"MTU_L2_MISMATCH clusters west -> east forward"},
                        not_ready}));

auto refuses(TlsFault fault) {
  return [fault](Observation& seen, TlsHandshake::Result& result) {
    seen.status = Status::fail;
    result.completed = false;
    result.peer_fault = fault;
  };
}

auto is_refused(TlsFault fault) {
  return [fault](Observation& seen, TlsHandshake::Result& result) {
    seen.status = Status::fail;
    result.completed = false;
    result.own_fault = fault;
  };
}

Row bad_certificate(std::string name, TlsFault fault, std::string const& code) {
  return {std::move(name),
          [fault](SurveyMaker& m) {
            m.spoil<TlsHandshake>(into("west/n2"), refuses(fault));
            m.spoil<TlsHandshake>(out_of("west/n2"), is_refused(fault));
          },
          {code + " node west/n2 inbound"},
          not_ready};
}

INSTANTIATE_TEST_SUITE_P(
    Tls, FaultTable,
    testing::Values(bad_certificate("untrusted", TlsFault::untrusted, "TLS_UNTRUSTED"),
                    bad_certificate("expired", TlsFault::expired, "TLS_EXPIRED"),
                    bad_certificate("not_yet_valid", TlsFault::not_yet_valid, "TLS_NOT_YET_VALID"),
                    bad_certificate("wrong_cn", TlsFault::wrong_cn, "TLS_WRONG_CN"),
                    bad_certificate("wrong_eku", TlsFault::wrong_eku, "TLS_WRONG_EKU"),
                    bad_certificate("version", TlsFault::version, "TLS_VERSION"),
                    bad_certificate("cut_without_an_alert", TlsFault::closed, "TLS_FAILED"),
                    Row{"unreadable",
                        [](SurveyMaker& m) {
                          m.facts("east/n1").migration_identity.push_back(
                              {.role = "client",
                               .leaf = {},
                               .authority = {},
                               .problem = "client/tls.key: No such file or directory"});
                          m.skip("tls", touching("east/n1"));
                        },
                        {"TLS_UNREADABLE node east/n1 both"},
                        not_ready},
                    Row{"ca_not_copied",
                        [](SurveyMaker& m) {
                          m.spoil<TlsHandshake>(from_cluster("west"), refuses(TlsFault::untrusted));
                          m.spoil<TlsHandshake>(from_cluster("east"),
                                                is_refused(TlsFault::untrusted));
                        },
                        {"TLS_UNTRUSTED clusters west -> east forward"},
                        not_ready},
                    Row{"expires_soon",
                        [](SurveyMaker& m) {
                          auto const now = std::chrono::system_clock::to_time_t(m.survey().started);
                          m.spoil<TlsHandshake>(
                              into("east/n1"), [now](Observation&, TlsHandshake::Result& r) {
                                r.peer_leaf->not_after_unix_seconds = now + 3 * 3600;
                              });
                        },
                        {"TLS_EXPIRES_SOON node east/n1 both"},
                        warnings},
                    Row{"expired_by_facts",
                        [](SurveyMaker& m) {
                          auto expired = SurveyMaker::certificate(m.survey().started);
                          expired.not_after_unix_seconds -= 8 * 86400;
                          m.facts("east/n1").migration_identity.push_back(
                              {.role = "server", .leaf = expired, .authority = {}, .problem = {}});
                          m.spoil<TlsHandshake>(into("east/n1"), refuses(TlsFault::expired));
                        },
                        {"TLS_EXPIRED node east/n1 both"},
                        not_ready},
                    Row{"expired_on_two_nodes",
                        [](SurveyMaker& m) {
                          auto expired = SurveyMaker::certificate(m.survey().started);
                          expired.not_after_unix_seconds -= 8 * 86400;
                          m.facts("east/n1").migration_identity.push_back(
                              {.role = "server", .leaf = expired, .authority = {}, .problem = {}});
                          m.spoil<TlsHandshake>(into("east/n1"), refuses(TlsFault::expired));
                          m.spoil<TlsHandshake>(into("west/n2"), refuses(TlsFault::expired));
                          m.spoil<TlsHandshake>(out_of("west/n2"), is_refused(TlsFault::expired));
                        },
                        {"TLS_EXPIRED node east/n1 both", "TLS_EXPIRED node west/n2 inbound"},
                        not_ready},
                    Row{"cut_by_black_hole",
                        [](SurveyMaker& m) {
                          m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                            shrink(r, 1400, MtuLimit::silent, 62);
                          });
                          m.spoil<TlsHandshake>(everywhere,
                                                [](Observation& seen, TlsHandshake::Result& r) {
                                                  seen.status = Status::fail;
                                                  r.completed = false;
                                                });
                        },
                        {"MTU_BLACK_HOLE clusters east -> west both"},
                        not_ready}));

auto rate(double bits_per_second) {
  return [=](Observation&, Bandwidth::Result& r) { r.rate_bits_per_second = bits_per_second; };
}

INSTANTIATE_TEST_SUITE_P(
    Performance, FaultTable,
    testing::Values(
        Row{"loss",
            [](SurveyMaker& m) {
              m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                r.lost_forward = 30;
                r.lost_reverse = 28;
                r.received = 542;
              });
              m.spoil<Bandwidth>(everywhere, rate(20e6));
            },
            {"LOSS clusters east -> west both"},
            not_ready},
        Row{"loss_that_leaves_enough",
            [](SurveyMaker& m) {
              m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                r.lost_forward = 30;
                r.received = 570;
              });
            },
            {"LOSS clusters east -> west both"},
            warnings},
        Row{"loss_and_one_slow_kind",
            [](SurveyMaker& m) {
              m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                r.lost_forward = 30;
                r.received = 570;
              });
              m.spoil<Bandwidth>(everywhere, [](Observation&, Bandwidth::Result& r) {
                if (r.streams == 1) r.rate_bits_per_second = 20e6;
              });
            },
            {"LOSS clusters east -> west both"},
            not_ready},
        Row{"two_lost_packets_are_chance",
            [](SurveyMaker& m) {
              m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                r.lost_forward = 2;
                r.received = 598;
              });
            },
            {},
            Verdict::ready},
        Row{"latency",
            [](SurveyMaker& m) {
              m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                r.rtt_p50_us = 40000;
                r.rtt_p99_us = 48000;
              });
            },
            {"LATENCY_HIGH clusters east -> west both"},
            warnings},
        Row{"reordering",
            [](SurveyMaker& m) {
              m.spoil<Latency>(out_of("east/n1"),
                               [](Observation&, Latency::Result& r) { r.reordered = 60; });
            },
            {"REORDERING node east/n1 outbound"},
            warnings},
        Row{"bufferbloat",
            [](SurveyMaker& m) {
              m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                if (!r.under_load) return;
                r.rtt_p50_us = 90000;
                r.rtt_p90_us = 140000;
              });
            },
            {"BUFFERBLOAT clusters east -> west both"},
            warnings},
        Row{"a_pause_under_load_is_no_bufferbloat",
            [](SurveyMaker& m) {
              m.spoil<Latency>(out_of("east/n1"), [](Observation&, Latency::Result& r) {
                if (r.under_load) r.rtt_p90_us = r.rtt_p99_us = 180000;
              });
            },
            {},
            Verdict::ready},
        Row{"slow_node",
            [](SurveyMaker& m) { m.spoil<Bandwidth>(touching("west/n1"), rate(90e6)); },
            {"BANDWIDTH_LOW node west/n1 both"},
            not_ready},
        Row{"slow_direction",
            [](SurveyMaker& m) { m.spoil<Bandwidth>(from_cluster("east"), rate(90e6)); },
            {"BANDWIDTH_LOW clusters east -> west forward"},
            not_ready},
        Row{"asymmetric",
            [](SurveyMaker& m) { m.spoil<Bandwidth>(from_cluster("east"), rate(2e9)); },
            {"BANDWIDTH_ASYMMETRIC clusters east -> west forward"},
            warnings},
        Row{"retransmits",
            [](SurveyMaker& m) {
              m.spoil<Bandwidth>(everywhere, [](Observation&, Bandwidth::Result& r) {
                r.retransmitted_segments = 40000;
              });
            },
            {"BANDWIDTH_RETRANSMITS clusters east -> west both"},
            warnings},
        Row{"starved",
            [](SurveyMaker& m) {
              m.spoil<Latency>(out_of("east/n1"), [](Observation& seen, Latency::Result& r) {
                seen.status = Status::inconclusive;
                seen.reason = "sent 40 ms late";
                r.lost_forward = 100;
              });
            },
            {"AGENT_STARVED node east/n1 both", "NOT_MEASURED node east/n1 outbound"},
            Verdict::unknown},
        Row{"no_push",
            [](SurveyMaker& m) { m.skip("tcp_push", into("east/n1")); },
            {"NOT_MEASURED node east/n1 inbound"},
            Verdict::unknown},
        Row{"not_measured",
            [](SurveyMaker& m) { m.skip("bandwidth", into("east/n1")); },
            {"NOT_MEASURED node east/n1 inbound"},
            Verdict::unknown},
        Row{"agent_lost",
            [](SurveyMaker& m) {
              m.record("west/n3").lost = "connection reset";
              m.spoil<Reach>(into("west/n3"), fails_as(Outcome::refused));
              m.skip_after_reach(touching("west/n3"));
            },
            {"AGENT_MISSING node west/n3 both"},
            Verdict::unknown},
        Row{"agent_missing",
            [](SurveyMaker& m) { m.survey().plan.expect["west"] = 4; },
            {"AGENT_MISSING cluster west both"},
            Verdict::unknown}));

TEST(Findings, CpuBoundStreamsAreNoted) {
  SurveyMaker maker;
  maker.spoil<Bandwidth>(everywhere, [](Observation&, Bandwidth::Result& r) {
    if (r.transport == Transport::tls) r.rate_bits_per_second = 3e9;
    r.sender_cpu_share = 0.99;
  });
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "BANDWIDTH_CPU_BOUND");
  EXPECT_EQ(findings[0].severity, Severity::info);
}

TEST(Findings, UnreachableSynchronizationAddressIsNamed) {
  auto maker = synchronization_open_to(6);
  maker.survey().node_observations.front() = synchronization(0, Outcome::silent);
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(shown(findings[0]), "SYNC_UNREACHABLE node east/n1 both");
}

TEST(Findings, UntriedSynchronizationAddressMakesTheVerdictUnknown) {
  EXPECT_EQ(make_report(synchronization_open_to(0).survey(), false).verdict, Verdict::unknown);
  EXPECT_EQ(make_report(synchronization_open_to(6).survey(), false).verdict, Verdict::ready);
}

TEST(Findings, AnAttemptAtASynchronizationAddressSpeaksForItsOwnNodeOnly) {
  auto maker = synchronization_open_to(5);
  auto skipped = synchronization(5, Outcome::unclear);
  skipped.status = Status::skipped;
  skipped.reason = "10.0.0.1:9185 is outside what the agent may probe";
  skipped.result.reset();
  maker.survey().node_observations.push_back(skipped);
  auto const report = make_report(maker.survey(), false);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  EXPECT_EQ(report.coverage.addresses_unmeasured, 1U);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(shown(report.findings[0]), "NOT_MEASURED node west/n3 both");
  EXPECT_EQ(report.findings[0].evidence.at(0),
            "west/n3: the synchronization address 10.0.0.1:9185 was not tried: skipped: "
            "10.0.0.1:9185 is outside what the agent may probe");
}

TEST(Findings, HandshakesWithoutKubeVirtsCertificatesAreNoted) {
  SurveyMaker maker;
  maker.spoil<TlsHandshake>(
      everywhere, [](Observation&, TlsHandshake::Result& r) { r.migration_identity = false; });
  auto const report = make_report(maker.survey(), false);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(shown(report.findings[0]), "TLS_NOT_KUBEVIRT clusters east -> west both");
  EXPECT_EQ(report.findings[0].severity, Severity::info);
  EXPECT_EQ(report.verdict, Verdict::ready);
}

TEST(Findings, AnMtuThatIsSmallerOneWayStandsUnderWhatLimitsIt) {
  for (auto const limit : {MtuLimit::signalled, MtuLimit::silent}) {
    SurveyMaker maker;
    maker.spoil<PathMtu>(from_cluster("west"),
                         [limit](Observation&, PathMtu::Result& r) { shrink(r, 1450, limit, 62); });
    auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].severity,
              limit == MtuLimit::signalled ? Severity::warning : Severity::error);
    ASSERT_EQ(findings[0].consequences.size(), 1U);
    EXPECT_TRUE(findings[0].consequences[0].starts_with("MTU_ASYMMETRIC on 9 pairs"));
  }
}

TEST(Findings, ConsequencesAreFoldedUnderTheirCause) {
  SurveyMaker maker;
  maker.spoil<Reach>(into("east/n1"), fails_as(Outcome::refused)).skip_after_reach(into("east/n1"));
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].pairs_affected, 3U);
  ASSERT_EQ(findings[0].consequences.size(), 1U);
  EXPECT_NE(findings[0].consequences[0].find("NOT_MEASURED on 3 pairs"), std::string::npos);
}
}  // namespace
}  // namespace leadline
