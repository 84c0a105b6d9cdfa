#include "coordinator/report/json.hpp"

#include "coordinator/report/finding_json.hpp"
#include "coordinator/report/layer2.hpp"
#include "probes/core/checked_json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <ranges>
#include <string_view>

namespace leadline {
namespace {
using nlohmann::json;

json thresholds_of(Thresholds const& t) {
  return {{"min_mtu_octets", t.min_mtu},
          {"min_bandwidth_bits_per_second", t.min_bandwidth},
          {"expected_link_speed_bits_per_second", t.expected_link_speed},
          {"max_latency_us", t.max_latency},
          {"max_bufferbloat_us", t.max_bufferbloat},
          {"max_loss_share", t.max_loss},
          {"severe_loss_share", t.severe_loss},
          {"max_reordering_share", t.max_reordering},
          {"min_bandwidth_symmetry_share", t.min_bandwidth_symmetry},
          {"max_retransmits_share", t.max_retransmits},
          {"expiry_warning_seconds", t.expiry_warning},
          {"leaf_expiry_warning_seconds", t.leaf_expiry_warning},
          {"max_clock_skew_ms", t.max_clock_skew},
          {"max_carrier_changes", t.max_carrier_changes}};
}

json plan_of(Plan const& plan) {
  json stages = json::array();
  for (auto const stage : plan.stages) stages.push_back(format(stage));
  return {{"expect", plan.expect},
          {"stages", stages},
          {"mesh", format(plan.mesh)},
          {"pairs", format(plan.pairs)},
          {"wait_ms", plan.wait},
          {"timeout_ms", plan.timeout},
          {"max_rate_bits_per_second", plan.max_rate},
          {"max_bytes", plan.max_bytes},
          {"latency_duration_ms", plan.latency_duration},
          {"latency_interval_ms", plan.latency_interval},
          {"streams", plan.streams},
          {"transports", plan.transports},
          {"bandwidth_duration_ms", plan.bandwidth_duration},
          {"synchronization_addresses", plan.synchronization_addresses},
          {"network_ranges", plan.network_ranges},
          {"vlan_id", plan.vlan ? json(*plan.vlan) : json{}},
          {"uplink", plan.uplink},
          {"candidate_vlan_ids", plan.candidate_vlans},
          {"thresholds", thresholds_of(plan.thresholds)}};
}

json observation_of(Observation const& seen) {
  json j{{"probe", seen.probe},
         {"family", seen.family},
         {"status", seen.status},
         {"reason", seen.reason}};
  if (seen.result) std::visit([&](auto const& result) { j["result"] = result; }, *seen.result);
  return j;
}

json configured_of(std::vector<ConfiguredRow> const& rows) {
  json list = json::array();
  for (auto const& [cluster, what, configured, measured, outcome] : rows)
    list.push_back({{"cluster", cluster},
                    {"what", what},
                    {"configured", configured},
                    {"measured", measured},
                    {"outcome", format(outcome)}});
  return list;
}

json node_of(Survey const& survey, std::size_t index) {
  auto const& node = survey.nodes[index];
  json observations = json::array();
  for (auto const& seen : survey.node_observations)
    if (seen.source == index) observations.push_back(observation_of(seen));
  return {{"node", node.name},
          {"version", node.version},
          {"addresses", node.addresses},
          {"facts", node.facts},
          {"clock", node.clock},
          {"lost", node.lost},
          {"observations", std::move(observations)}};
}

json pair_of(Survey const& survey, PairRecord const& pair) {
  json observations = json::array();
  for (auto const& seen : pair.observations) observations.push_back(observation_of(seen));
  return {{"source", survey.nodes.at(pair.source).name},
          {"target", survey.nodes.at(pair.target).name},
          {"observations", std::move(observations)}};
}

json test_of(Survey const& survey, ScheduledTest const& test) {
  return {{"source", survey.nodes.at(test.source).name},
          {"target", survey.nodes.at(test.target).name},
          {"transport", test.transport},
          {"streams", test.streams},
          {"mode", test.mode},
          {"started_seconds", test.started_seconds},
          {"ended_seconds", test.ended_seconds},
          {"outcome", test.outcome}};
}

template <class Items, class Write>
void write_list(std::ostream& out, std::string_view key, Items const& items, Write write) {
  out << ",\n\"" << key << "\": [";
  std::string_view separator = "\n  ";
  for (auto const& item : items) {
    out << separator << text_of(write(item));
    separator = ",\n  ";
  }
  out << ']';
}
}  // namespace

json run_of(Survey const& survey) {
  return {{"id", survey.run_id},
          {"started", iso_time(survey.started)},
          {"finished", iso_time(survey.finished)},
          {"command", survey.command},
          {"plan", plan_of(survey.plan)},
          {"interruptions", survey.interruptions},
          {"refusals", survey.refusals}};
}

json schedule_of(Survey const& survey) {
  json tests = json::array();
  for (auto const& test : survey.schedule) tests.push_back(test_of(survey, test));
  return tests;
}

void write_json(std::ostream& out, Report const& report) {
  auto const& survey = report.survey;
  json const coverage{{"nodes_expected", report.coverage.nodes_expected},
                      {"nodes_seen", report.coverage.nodes_seen},
                      {"pairs_expected", report.coverage.pairs_expected},
                      {"pairs_measured", report.coverage.pairs_measured}};
  out << "{\"schema\": \"leadline.report/v1\",\n\"run\": " << text_of(run_of(survey))
      << ",\n\"verdict\": " << text_of(format(report.verdict))
      << ",\n\"exit_code\": " << report.exit_code << ",\n\"coverage\": " << text_of(coverage);
  write_list(out, "findings", report.findings, finding_of);
  write_list(out, "nodes", std::views::iota(std::size_t{0}, survey.nodes.size()),
             [&](std::size_t index) { return node_of(survey, index); });
  if (std::ranges::count(survey.plan.stages, Stage::layer2) != 0)
    out << ",\n\"layer2\": " << text_of(layer2_of(survey));
  if (!report.configured.empty())
    out << ",\n\"configured\": " << text_of(configured_of(report.configured));
  write_list(out, "pairs", survey.pairs,
             [&](PairRecord const& pair) { return pair_of(survey, pair); });
  write_list(out, "schedule", survey.schedule,
             [&](ScheduledTest const& test) { return test_of(survey, test); });
  out << "}\n";
}
}  // namespace leadline
