#include "probes/bulk_limit.hpp"
#include "tests/unit/fault_rows.hpp"

namespace leadline::fault_rows {
namespace {
auto rate_over_tls(double bits_per_second, std::string limit = "sender_cpu") {
  return [=](Observation&, Bandwidth::Result& r) {
    if (r.transport != Transport::tls) return;
    r.rate_bits_per_second = bits_per_second;
    r.limit = limit;
  };
}

INSTANTIATE_TEST_SUITE_P(
    Performance, FaultTable,
    testing::Values(
        FaultRow{"loss",
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
        FaultRow{"loss_that_leaves_enough",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                     r.lost_forward = 30;
                     r.received = 570;
                   });
                 },
                 {"LOSS clusters east -> west both"},
                 warnings},
        FaultRow{"loss_and_one_slow_kind",
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
        FaultRow{"two_lost_packets_are_chance",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                     r.lost_forward = 2;
                     r.received = 598;
                   });
                 },
                 {},
                 Verdict::ready},
        FaultRow{"latency",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                     r.rtt_p50_us = 40000;
                     r.rtt_p99_us = 48000;
                   });
                 },
                 {"LATENCY_HIGH clusters east -> west both"},
                 warnings},
        FaultRow{"reordering",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(out_of("east/n1"),
                                    [](Observation&, Latency::Result& r) { r.reordered = 60; });
                 },
                 {"REORDERING node east/n1 outbound"},
                 warnings},
        FaultRow{"bufferbloat",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, [](Observation&, Latency::Result& r) {
                     if (!r.under_load) return;
                     r.rtt_p50_us = 90000;
                     r.rtt_p90_us = 140000;
                   });
                 },
                 {"BUFFERBLOAT clusters east -> west both"},
                 warnings},
        FaultRow{"a_pause_under_load_is_no_bufferbloat",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(out_of("east/n1"), [](Observation&, Latency::Result& r) {
                     if (r.under_load) r.rtt_p90_us = r.rtt_p99_us = 180000;
                   });
                 },
                 {},
                 Verdict::ready},
        FaultRow{"slow_node",
                 [](SurveyMaker& m) { m.spoil<Bandwidth>(touching("west/n1"), rate(90e6)); },
                 {"BANDWIDTH_LOW node west/n1 both"},
                 not_ready},
        FaultRow{"slow_direction",
                 [](SurveyMaker& m) { m.spoil<Bandwidth>(from_cluster("east"), rate(90e6)); },
                 {"BANDWIDTH_LOW clusters east -> west forward"},
                 not_ready},
        FaultRow{
            "slow_encryption",
            [](SurveyMaker& m) { m.spoil<Bandwidth>(out_of("west/n1"), rate_over_tls(300e6)); },
            {"BANDWIDTH_LOW node west/n1 outbound"},
            not_ready},
        FaultRow{
            "slow_encryption_that_no_processor_limits_may_be_the_network",
            [](SurveyMaker& m) { m.spoil<Bandwidth>(everywhere, rate_over_tls(300e6, "network")); },
            {},
            Verdict::ready},
        FaultRow{"slow_encryption_beside_a_network_that_a_cap_hides",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(everywhere, [](Observation& seen, Bandwidth::Result& r) {
                     r.rate_bits_per_second = 199e6;
                     r.limit = "rate_limit";
                     rate_over_tls(170e6)(seen, r);
                   });
                 },
                 {"NOT_MEASURED clusters east -> west both"},
                 Verdict::unknown},
        FaultRow{"slow_encryption_of_one_stream_is_no_standard_for_eight",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(everywhere, [](Observation& seen, Bandwidth::Result& r) {
                     if (r.streams == 1) rate_over_tls(300e6)(seen, r);
                     if (r.streams == 8) r.rate_bits_per_second = 9.5e9;
                   });
                 },
                 {},
                 Verdict::ready},
        FaultRow{"slow_encryption_under_a_cap_is_the_cap",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(everywhere, rate_over_tls(300e6, "rate_limit"));
                 },
                 {},
                 Verdict::ready},
        FaultRow{"asymmetric",
                 [](SurveyMaker& m) { m.spoil<Bandwidth>(from_cluster("east"), rate(2e9)); },
                 {"BANDWIDTH_ASYMMETRIC clusters east -> west forward"},
                 warnings},
        FaultRow{"asymmetric_beside_the_agents_own_cap",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(from_cluster("east"), rate(2e9));
                   m.spoil<Bandwidth>(from_cluster("west"), [](Observation&, Bandwidth::Result& r) {
                     r.limit = "rate_limit";
                   });
                 },
                 {"BANDWIDTH_ASYMMETRIC clusters east -> west forward"},
                 warnings},
        FaultRow{"a_direction_that_a_cap_holds_is_not_asymmetric",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(from_cluster("east"), [](Observation&, Bandwidth::Result& r) {
                     r.rate_bits_per_second = 2e9;
                     r.limit = "rate_limit";
                   });
                 },
                 {},
                 Verdict::ready},
        FaultRow{"retransmits",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(everywhere, [](Observation&, Bandwidth::Result& r) {
                     r.retransmitted_segments = 40000;
                   });
                 },
                 {"BANDWIDTH_RETRANSMITS clusters east -> west both"},
                 warnings},
        FaultRow{"starved",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(out_of("east/n1"), [](Observation& seen, Latency::Result& r) {
                     seen.status = Status::inconclusive;
                     seen.reason = "sent 40 ms late";
                     r.lost_forward = 100;
                   });
                 },
                 {"AGENT_STARVED node east/n1 both", "NOT_MEASURED node east/n1 outbound"},
                 Verdict::unknown},
        FaultRow{"starved_peer",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(into("east/n1"), [](Observation& seen, Latency::Result& r) {
                     if (r.under_load) return;
                     r.received = 500;
                     r.lost_forward = r.peer_drops = 100;
                     auto const [status, reason] = assess(r);
                     seen.status = status;
                     seen.reason = reason;
                   });
                 },
                 {"AGENT_STARVED node east/n1 both", "NOT_MEASURED node east/n1 inbound"},
                 Verdict::unknown},
        FaultRow{"starved_receiver_of_streams",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(into("west/n1"), [](Observation& seen, Bandwidth::Result& r) {
                     seen.status = Status::inconclusive;
                     seen.reason = "the receiver's machine was too busy to measure";
                     r.limit = receiver_starved;
                   });
                 },
                 {"AGENT_STARVED node west/n1 both", "NOT_MEASURED node west/n1 inbound"},
                 Verdict::unknown},
        FaultRow{"starved_sender_on_the_way_back",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(into("west/n1"), [](Observation& seen, Bandwidth::Result& r) {
                     seen.status = Status::inconclusive;
                     seen.reason = "the sender's machine was too busy to measure";
                     r.reverse = BulkFlow{.limit = std::string{sender_starved}};
                   });
                 },
                 {"AGENT_STARVED node west/n1 both", "NOT_MEASURED node west/n1 inbound"},
                 Verdict::unknown},
        FaultRow{"no_push",
                 [](SurveyMaker& m) { m.skip("tcp_push", into("east/n1")); },
                 {"NOT_MEASURED node east/n1 inbound"},
                 Verdict::unknown},
        FaultRow{"not_measured",
                 [](SurveyMaker& m) { m.skip("bandwidth", into("east/n1")); },
                 {"NOT_MEASURED node east/n1 inbound"},
                 Verdict::unknown},
        FaultRow{"agent_lost",
                 [](SurveyMaker& m) {
                   m.record("west/n3").lost = "connection reset";
                   m.spoil<Reach>(into("west/n3"), fails_as(Outcome::refused));
                   m.skip_after_reach(touching("west/n3"));
                 },
                 {"AGENT_MISSING node west/n3 both"},
                 Verdict::unknown},
        FaultRow{"agent_missing",
                 [](SurveyMaker& m) { m.survey().plan.expect["west"] = 4; },
                 {"AGENT_MISSING cluster west both"},
                 Verdict::unknown}));

/// Lost of the 600 that each session sends, one way.
auto loses(std::uint32_t lost) {
  return [=](Observation&, Latency::Result& r) {
    r.lost_forward = lost;
    r.received = 600 - lost;
  };
}

auto round_trip(double us) {
  return [=](Observation&, Latency::Result& r) {
    if (!r.under_load) r.rtt_p50_us = us;
  };
}

INSTANTIATE_TEST_SUITE_P(
    AFaultInsideAnother, FaultTable,
    testing::Values(
        FaultRow{"loss",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, loses(18));
                   m.spoil<Latency>(touching("east/n2"), loses(120));
                   m.spoil<Bandwidth>(everywhere, rate(20e6));
                 },
                 {"LOSS clusters east -> west both", "LOSS node east/n2 both"},
                 not_ready},
        FaultRow{"latency",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, round_trip(16000));
                   m.spoil<Latency>(touching("east/n2"), round_trip(136000));
                 },
                 {"LATENCY_HIGH clusters east -> west both", "LATENCY_HIGH node east/n2 both"},
                 warnings},
        FaultRow{"latency_a_little_longer",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, round_trip(16000));
                   m.spoil<Latency>(touching("east/n2"), round_trip(20000));
                 },
                 {"LATENCY_HIGH clusters east -> west both"},
                 warnings},
        FaultRow{"latency_of_one_pair",
                 [](SurveyMaker& m) {
                   m.spoil<Latency>(everywhere, round_trip(16000));
                   m.spoil<Latency>(between("east/n2", "west/n1"), round_trip(90000));
                 },
                 {"LATENCY_HIGH clusters east -> west both"},
                 warnings},
        FaultRow{"rate",
                 [](SurveyMaker& m) {
                   m.spoil<Bandwidth>(everywhere, rate(300e6));
                   m.spoil<Bandwidth>(touching("east/n2"), rate(50e6));
                 },
                 {"BANDWIDTH_LOW clusters east -> west both", "BANDWIDTH_LOW node east/n2 both"},
                 not_ready}));

INSTANTIATE_TEST_SUITE_P(
    LinkFaults, FaultTable,
    testing::Values(FaultRow{"slow_does_not_hide_what_it_does_not_cause",
                             [](SurveyMaker& m) {
                               m.survey().plan.thresholds.expected_link_speed = BitRate{25e9};
                               m.spoil<Latency>(touching("east/n2"), round_trip(30000));
                               m.spoil<TcpPush>(everywhere, [](Observation&, TcpPush::Result& r) {
                                 r.clamped_mss_octets = 1300;
                               });
                             },
                             {"LINK_SLOW cluster east both", "LINK_SLOW cluster west both",
                              "MTU_MSS_CLAMPED clusters east -> west both",
                              "LATENCY_HIGH node east/n2 both"},
                             warnings},
                    FaultRow{"flapping_explains_loss",
                             [](SurveyMaker& m) {
                               m.facts("east/n2").interface.carrier_changes = 40;
                               m.spoil<Latency>(touching("east/n2"), loses(30));
                               m.spoil<Latency>(touching("east/n2"), round_trip(30000));
                             },
                             {"LINK_FLAPPING node east/n2 both", "LATENCY_HIGH node east/n2 both"},
                             warnings}));
}  // namespace
}  // namespace leadline::fault_rows
