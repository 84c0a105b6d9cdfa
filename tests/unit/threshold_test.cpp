#include "coordinator/findings.hpp"
#include "tests/unit/fault_rows.hpp"

#include <algorithm>

namespace leadline::fault_rows {
namespace {
using namespace std::chrono_literals;

/// A survey that offends one threshold, and that threshold moved until the survey just keeps it.
struct ThresholdRow {
  std::string name;
  std::string code;
  std::function<void(SurveyMaker&)> spoil;
  std::function<void(Thresholds&)> strict;   ///< the survey just misses it
  std::function<void(Thresholds&)> lenient;  ///< the survey just keeps it
  Severity severity{Severity::warning};      ///< of the finding, at least
};

void PrintTo(ThresholdRow const& row, std::ostream* out) {
  *out << row.name;
}

/// Spoils what is measured of every pair: idle (or under load) where it matters.
auto latency(std::function<void(Latency::Result&)> how) {
  return [how = std::move(how)](SurveyMaker& m) {
    m.spoil<Latency>(everywhere, [&](Observation&, Latency::Result& r) { how(r); });
  };
}

class ThresholdTable : public testing::TestWithParam<ThresholdRow> {};

TEST_P(ThresholdTable, DecidesBetweenAFindingAndNone) {
  auto const& row = GetParam();
  SurveyMaker maker;
  row.spoil(maker);
  auto const finds = [&](std::function<void(Thresholds&)> const& move) {
    auto survey = maker.survey();
    move(survey.plan.thresholds);
    auto const findings = find_causes(survey, read_symptoms(survey));
    return std::ranges::any_of(findings, [&](Finding const& finding) {
      return finding.code == row.code &&
             (finding.severity == Severity::error || row.severity != Severity::error);
    });
  };
  EXPECT_TRUE(finds(row.strict));
  EXPECT_FALSE(finds(row.lenient));
}

INSTANTIATE_TEST_SUITE_P(
    Thresholds, ThresholdTable,
    testing::Values(
        ThresholdRow{"min_mtu", "MTU_BELOW_CONFIGURED", [](SurveyMaker&) {},
                     [](Thresholds& t) { t.min_mtu = Mtu{1501}; },
                     [](Thresholds& t) { t.min_mtu = Mtu{1500}; }},
        ThresholdRow{"min_bandwidth", "BANDWIDTH_LOW",
                     [](SurveyMaker& m) { m.spoil<Bandwidth>(everywhere, rate(2e9)); },
                     [](Thresholds& t) { t.min_bandwidth = BitRate{2.1e9}; },
                     [](Thresholds& t) { t.min_bandwidth = BitRate{2e9}; }},
        ThresholdRow{"expected_link_speed", "LINK_SLOW", [](SurveyMaker&) {},
                     [](Thresholds& t) { t.expected_link_speed = BitRate{25e9}; },
                     [](Thresholds& t) { t.expected_link_speed = BitRate{10e9}; }},
        ThresholdRow{"max_latency", "LATENCY_HIGH",
                     latency([](Latency::Result& r) { r.rtt_p50_us = 5000; }),
                     [](Thresholds& t) { t.max_latency = 4999us; },
                     [](Thresholds& t) { t.max_latency = 5000us; }},
        ThresholdRow{"max_bufferbloat", "BUFFERBLOAT", latency([](Latency::Result& r) {
                       if (r.under_load) r.rtt_p50_us = r.rtt_p90_us = 50200;
                     }),
                     [](Thresholds& t) { t.max_bufferbloat = 49999us; },
                     [](Thresholds& t) { t.max_bufferbloat = 50000us; }},
        ThresholdRow{"max_loss", "LOSS", latency([](Latency::Result& r) { r.lost_forward = 12; }),
                     [](Thresholds& t) { t.max_loss = 0.005; },
                     [](Thresholds& t) { t.max_loss = 0.011; }},
        ThresholdRow{"max_reordering", "REORDERING",
                     latency([](Latency::Result& r) { r.reordered = 12; }),
                     [](Thresholds& t) { t.max_reordering = 0.01; },
                     [](Thresholds& t) { t.max_reordering = 0.02; }},
        ThresholdRow{"min_bandwidth_symmetry", "BANDWIDTH_ASYMMETRIC",
                     [](SurveyMaker& m) {
                       m.spoil<Bandwidth>(everywhere, rate(8e9));
                       m.spoil<Bandwidth>(from_cluster("east"), rate(6e9));
                     },
                     [](Thresholds& t) { t.min_bandwidth_symmetry = 0.76; },
                     [](Thresholds& t) { t.min_bandwidth_symmetry = 0.75; }},
        ThresholdRow{"max_retransmits", "BANDWIDTH_RETRANSMITS",
                     [](SurveyMaker& m) {  // 1 000 000 000 octets are about 690 600 segments
                       m.spoil<Bandwidth>(everywhere, [](Observation&, Bandwidth::Result& r) {
                         r.retransmitted_segments = 34530;
                       });
                     },
                     [](Thresholds& t) { t.max_retransmits = 0.049; },
                     [](Thresholds& t) { t.max_retransmits = 0.051; }},
        ThresholdRow{"severe_loss", "LOSS",
                     [](SurveyMaker& m) {
                       m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                         r.lost_forward = 12;
                       });
                       m.spoil<Bandwidth>(everywhere, rate(1e8));  // else enough gets through
                     },
                     [](Thresholds& t) { t.severe_loss = 0.01; },
                     [](Thresholds& t) { t.severe_loss = 0.011; }, Severity::error},
        ThresholdRow{"expiry_warning", "TLS_EXPIRES_SOON",
                     [](SurveyMaker& m) {
                       m.spoil<TlsHandshake>(everywhere, [](Observation&, TlsHandshake::Result& r) {
                         r.peer_issuer->serial = "CA";
                       });
                     },
                     [](Thresholds& t) { t.expiry_warning = 8 * 24h; },
                     [](Thresholds& t) { t.expiry_warning = 7 * 24h; }},
        ThresholdRow{"leaf_expiry_warning", "TLS_EXPIRES_SOON", [](SurveyMaker&) {},
                     [](Thresholds& t) { t.leaf_expiry_warning = 8 * 24h; },
                     [](Thresholds& t) { t.leaf_expiry_warning = 7 * 24h; }},
        ThresholdRow{"max_clock_skew", "CLOCK_SKEW",
                     [](SurveyMaker& m) { m.record("west/n1").clock->offset_ms = 3000; },
                     [](Thresholds& t) { t.max_clock_skew = 2990ms; },
                     [](Thresholds& t) { t.max_clock_skew = 3000ms; }},
        ThresholdRow{"max_carrier_changes", "LINK_FLAPPING",
                     [](SurveyMaker& m) { m.facts("east/n1").interface.carrier_changes = 7; },
                     [](Thresholds& t) { t.max_carrier_changes = 6; },
                     [](Thresholds& t) { t.max_carrier_changes = 7; }}),
    [](auto const& info) { return info.param.name; });
}  // namespace
}  // namespace leadline::fault_rows
