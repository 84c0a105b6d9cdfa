#include "tests/unit/fault_rows.hpp"

namespace leadline::fault_rows {
namespace {
INSTANTIATE_TEST_SUITE_P(
    Healthy, FaultTable,
    testing::Values(FaultRow{"healthy", [](SurveyMaker&) {}, {}, Verdict::ready},
                    FaultRow{"routed",
                             [](SurveyMaker& m) {
                               m.spoil<Reach>(everywhere, [](Observation&, Reach::Result& r) {
                                 r.ttl_seen = r.ttl_received = 62;
                               });
                             },
                             {},
                             Verdict::ready},
                    FaultRow{"dscp_bleached",
                             [](SurveyMaker& m) {
                               m.spoil<Reach>(everywhere, [](Observation&, Reach::Result& r) {
                                 r.tos_seen = 2;
                               });
                             },
                             {},
                             Verdict::ready}));

INSTANTIATE_TEST_SUITE_P(
    Links, FaultTable,
    testing::Values(
        FaultRow{"link_down",
                 [](SurveyMaker& m) {
                   m.facts("east/n1").interface.carrier = false;
                   m.spoil<Reach>(touching("east/n1"), fails_as(Outcome::absent_on_link));
                   m.skip_after_reach(touching("east/n1"));
                   m.arrived(touching("east/n1"), 0);
                 },
                 {"LINK_DOWN node east/n1 both"},
                 not_ready},
        FaultRow{"speed_that_no_driver_tells",
                 [](SurveyMaker& m) {
                   m.survey().plan.thresholds.expected_link_speed = BitRate{10e9};
                   m.facts("west/n2").interface.speed_bits_per_second = 0;
                 },
                 {"NOT_MEASURED node west/n2 both"},
                 Verdict::unknown},
        FaultRow{"speed_that_nobody_asks_about",
                 [](SurveyMaker& m) { m.facts("west/n2").interface.speed_bits_per_second = 0; },
                 {},
                 Verdict::ready},
        FaultRow{"no_interface",
                 [](SurveyMaker& m) {
                   m.facts("west/n2").interface.present = false;
                   m.skip("reach", touching("west/n2")).skip_after_reach(touching("west/n2"));
                 },
                 {"ADDR_NO_INTERFACE node west/n2 both"},
                 not_ready},
        FaultRow{"no_global",
                 [](SurveyMaker& m) {
                   m.facts("west/n2").interface.addresses.clear();
                   m.skip("reach", touching("west/n2")).skip_after_reach(touching("west/n2"));
                 },
                 {"ADDR_NO_GLOBAL node west/n2 both"},
                 not_ready},
        FaultRow{"outside_range",
                 [](SurveyMaker& m) {
                   m.survey().plan.network_ranges = {"10.100.0.0/16", "fd00::/64"};
                   m.record("east/n2").addresses = {"10.128.0.7"};
                   m.spoil<Reach>(out_of("east/n2"), [](Observation&, Reach::Result& r) {
                     r.udp.source_seen = "10.128.0.7:40000";
                     for (auto& attempt : r.tcp) attempt.source_seen = r.udp.source_seen;
                   });
                 },
                 {"ADDR_OUTSIDE_RANGE node east/n2 both"},
                 not_ready},
        FaultRow{"range_of_the_other_family_only",
                 [](SurveyMaker& m) { m.dual().survey().plan.network_ranges = {"10.100.0.0/16"}; },
                 {},
                 Verdict::ready},
        FaultRow{"outside_the_range_of_one_family",
                 [](SurveyMaker& m) {
                   m.dual().survey().plan.network_ranges = {"10.100.0.0/16", "fd00::/64"};
                   m.record("east/n2").addresses.back() = "fd01::2";
                   m.spoil<Reach>(out_of("east/n2"), [](Observation& seen, Reach::Result& r) {
                     if (seen.family == Family::ipv4) return;
                     r.udp.source_seen = "[fd01::2]:40000";
                     for (auto& attempt : r.tcp) attempt.source_seen = r.udp.source_seen;
                   });
                 },
                 {"ADDR_OUTSIDE_RANGE node east/n2 both"},
                 not_ready},
        FaultRow{"flapping",
                 [](SurveyMaker& m) { m.facts("east/n3").interface.carrier_changes = 40; },
                 {"LINK_FLAPPING node east/n3 both"},
                 warnings},
        FaultRow{"slow_cluster",
                 [](SurveyMaker& m) {
                   m.survey().plan.thresholds.expected_link_speed = BitRate{25e9};
                   for (auto const* node : {"east/n1", "east/n2", "east/n3"})
                     m.facts(node).interface.speed_bits_per_second = 1'000'000'000;
                   for (auto const* node : {"west/n1", "west/n2", "west/n3"})
                     m.facts(node).interface.speed_bits_per_second = 25'000'000'000;
                 },
                 {"LINK_SLOW cluster east both"},
                 warnings},
        FaultRow{"duplicate",
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
        FaultRow{"self_dial",
                 [](SurveyMaker& m) {
                   m.spoil<Reach>(between("east/n1", "west/n1"),
                                  [&m](Observation& seen, Reach::Result& r) {
                                    unreached(seen, r, Outcome::wrong_node);
                                    r.udp.answered_by = m.node("east/n1");
                                    for (auto& attempt : r.tcp)
                                      attempt.answered_by = r.udp.answered_by;
                                  });
                   m.skip_after_reach(between("east/n1", "west/n1"));
                 },
                 {"ADDR_SELF_DIAL node east/n1 both"},
                 not_ready},
        FaultRow{"clock",
                 [](SurveyMaker& m) { m.record("west/n3").clock->offset_ms = 90000; },
                 {"CLOCK_SKEW node west/n3 both"},
                 warnings}));
}  // namespace
}  // namespace leadline::fault_rows
