#include "coordinator/findings.hpp"

#include "coordinator/finding_catalogue.hpp"
#include "tests/unit/fault_rows.hpp"

#include <algorithm>

namespace leadline::fault_rows {
namespace {
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

/// The agent of west/n3 is killed in the last stage.
void lose(SurveyMaker& m) {
  m.record("west/n3").lost = "killed";
  m.skip("bandwidth", touching("west/n3"));
}

void fail_handshakes(SurveyMaker& m, TlsFault fault) {
  m.spoil<TlsHandshake>(into("west/n3"), [fault](Observation& seen, TlsHandshake::Result& result) {
    seen.status = Status::fail;
    result.completed = false;
    result.peer_fault = fault;
  });
}

INSTANTIATE_TEST_SUITE_P(
    AgentsThatLeft, FaultTable,
    testing::Values(
        FaultRow{"its_certificate_had_been_refused",
                 [](SurveyMaker& m) {
                   lose(m);
                   fail_handshakes(m, TlsFault::untrusted);
                 },
                 {"AGENT_MISSING node west/n3 both", "TLS_UNTRUSTED node west/n3 inbound"},
                 not_ready},
        FaultRow{"its_handshakes_were_cut",
                 [](SurveyMaker& m) {
                   lose(m);
                   fail_handshakes(m, TlsFault::closed);
                 },
                 {"AGENT_MISSING node west/n3 both"},
                 Verdict::unknown},
        FaultRow{"a_limit_had_been_found",
                 [](SurveyMaker& m) {
                   lose(m);
                   m.spoil<PathMtu>(into("west/n3"), [](Observation&, PathMtu::Result& r) {
                     shrink(r, 1400, MtuLimit::silent, 62);
                   });
                   m.spoil<TcpPush>(into("west/n3"), stall);
                 },
                 {"AGENT_MISSING node west/n3 both", "MTU_BLACK_HOLE node west/n3 inbound"},
                 not_ready},
        FaultRow{
            "its_pushes_stalled_and_a_router_tells_the_limit",
            [](SurveyMaker& m) {
              lose(m);
              m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                shrink(r, 1450, MtuLimit::signalled, 62);
              });
              m.spoil<TcpPush>(into("west/n3"), stall);
            },
            {"AGENT_MISSING node west/n3 both", "MTU_BELOW_CONFIGURED clusters east -> west both"},
            Verdict::unknown},
        FaultRow{"a_router_had_told_that_there_is_no_route",
                 [](SurveyMaker& m) {
                   lose(m);
                   m.spoil<Reach>(into("west/n3"), fails_as(Outcome::no_route_at_hop));
                   m.skip_after_reach(into("west/n3"));
                 },
                 {"AGENT_MISSING node west/n3 both", "REACH_NO_ROUTE node west/n3 inbound"},
                 not_ready},
        FaultRow{"a_firewall_had_told_that_it_lets_nothing_through",
                 [](SurveyMaker& m) {
                   lose(m);
                   m.spoil<Reach>(into("west/n3"), fails_as(Outcome::prohibited));
                   m.skip_after_reach(into("west/n3"));
                 },
                 {"AGENT_MISSING node west/n3 both", "REACH_FILTERED node west/n3 inbound"},
                 not_ready},
        FaultRow{"its_kernel_refused_as_nobody_listened_any_more",
                 [](SurveyMaker& m) {
                   lose(m);
                   m.spoil<Reach>(into("west/n3"), fails_as(Outcome::refused));
                   m.skip_after_reach(into("west/n3"));
                 },
                 {"AGENT_MISSING node west/n3 both"},
                 Verdict::unknown},
        FaultRow{"the_way_to_it_had_been_slow",
                 [](SurveyMaker& m) {
                   m.record("west/n3").lost = "killed";
                   m.spoil<Bandwidth>(into("west/n3"), rate(1e8));
                 },
                 {"AGENT_MISSING node west/n3 both", "BANDWIDTH_LOW node west/n3 inbound"},
                 not_ready},
        FaultRow{"its_pushes_stalled",
                 [](SurveyMaker& m) {
                   lose(m);
                   m.spoil<TcpPush>(into("west/n3"), stall);
                 },
                 {"AGENT_MISSING node west/n3 both"},
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
  EXPECT_EQ(report.coverage.nodes_lacking, 1U);
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

TEST(Findings, AWideFaultShowsTheWorstWayFirst) {
  SurveyMaker maker;
  maker.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) { r.rtt_p50_us = 20000; });
  maker.spoil<Latency>(between("west/n3", "east/n3"),
                       [](Observation&, Latency::Result& r) { r.rtt_p50_us = 90000; });
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_TRUE(findings[0].evidence.at(0).starts_with("west/n3 -> east/n3: round trip 90 ms"))
      << findings[0].evidence.at(0);
}

TEST(Findings, TheOnlyPairMeasuredOfANodeDoesNotAcquitIt) {
  SurveyMaker maker;
  auto const blocked = [&maker] {
    auto& survey = maker.survey();
    std::erase_if(survey.pairs, [](PairRecord const& pair) {
      return pair.source % 3 != pair.target % 3;  // as the ring has it
    });
    maker.spoil<Reach>(into("west/n1"), fails_as(Outcome::refused))
        .skip_after_reach(into("west/n1"));
    return find_causes(survey, read_symptoms(survey));
  };
  maker.survey().plan.pairs.kind = PairChoice::Kind::ring;
  auto const findings = blocked();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(shown(findings[0]), "REACH_FILTERED pair east/n1 -> west/n1 forward");
  EXPECT_EQ(findings[0].evidence.back(),
            "measured was only 1 of the 3 pairs of east/n1 and 1 of the 3 pairs of west/n1: the "
            "cause may as well lie in the node");
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
}  // namespace leadline::fault_rows
