#include "coordinator/report/throughput_json.hpp"

#include "coordinator/report/finding_json.hpp"
#include "coordinator/report/json.hpp"
#include "probes/core/checked_json.hpp"

#include <ostream>
#include <string_view>
#include <variant>

namespace leadline {
namespace {
using nlohmann::json;

json rates_of(RateSummary const& rates) {
  return {{"median_bits_per_second", rates.median},
          {"least_bits_per_second", rates.least},
          {"most_bits_per_second", rates.most},
          {"count", rates.count}};
}

json rates_of(std::optional<RateSummary> const& rates) {
  return rates ? rates_of(*rates) : json{};
}

json nodes_of(Survey const& survey, KindThroughput const& kind) {
  json nodes = json::array();
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    nodes.push_back({{"node", survey.nodes[i].name},
                     {"sends", rates_of(kind.sends[i])},
                     {"receives", rates_of(kind.receives[i])}});
  return nodes;
}

json pairs_of(Survey const& survey, KindThroughput const& kind) {
  json pairs = json::array();
  for (auto const& pair : kind.pairs)
    pairs.push_back({{"source", survey.nodes[pair.source].name},
                     {"target", survey.nodes[pair.target].name},
                     {"rates", rates_of(pair.rates)},
                     {"relative_uncertainty", pair.relative_uncertainty},
                     {"relative_spread", pair.relative_spread},
                     {"relative_drift", pair.relative_drift},
                     {"limit", pair.limit},
                     {"limit_detail", pair.limit_detail}});
  return pairs;
}

json kinds_of(Survey const& survey, Throughput const& found) {
  json kinds = json::array();
  for (auto const& kind : found.kinds)
    kinds.push_back({{"transport", kind.kind.transport},
                     {"streams", kind.kind.streams},
                     {"mode", kind.kind.mode},
                     {"ciphers", kind.ciphers},
                     {"record_octets", kind.record_octets},
                     {"sending", kind.sending},
                     {"all", rates_of(kind.all)},
                     {"sender_cpu_seconds_per_gigabyte", kind.sender_cpu_seconds_per_gigabyte},
                     {"receiver_cpu_seconds_per_gigabyte", kind.receiver_cpu_seconds_per_gigabyte},
                     {"nodes", nodes_of(survey, kind)},
                     {"pairs", pairs_of(survey, kind)}});
  return kinds;
}

json saturation_of(Survey const& survey, Throughput const& found) {
  if (!found.oversubscription) return {};
  json pairs = json::array();
  for (auto const& test : survey.saturation)
    pairs.push_back({{"source", survey.nodes[test.source].name},
                     {"target", survey.nodes[test.target].name},
                     {"alone_bits_per_second", test.alone_bits_per_second},
                     {"together_bits_per_second", test.together_bits_per_second},
                     {"limit", test.limit}});
  return {
      {"pairs", std::move(pairs)},
      {"pairs_silent", found.oversubscription->pairs_silent},
      {"pairs_compared", found.oversubscription->pairs_compared},
      {"oversubscription",
       found.oversubscription->pairs_compared > 0 ? json(found.oversubscription->factor) : json()}};
}

/// Each test with all that both its ends measured; one by one, for a large mesh has gigabytes.
void write_tests(std::ostream& out, Survey const& survey) {
  std::string_view separator = "\n";
  for (auto const& pair : survey.pairs)
    for (auto const& seen : pair.observations) {
      auto const* const result =
          seen.result ? std::get_if<Bandwidth::Result>(&*seen.result) : nullptr;
      if (result == nullptr) continue;
      json const test{{"source", survey.nodes.at(seen.source).name},
                      {"target", survey.nodes.at(seen.target).name},
                      {"family", seen.family},
                      {"status", seen.status},
                      {"reason", seen.reason},
                      {"result", *result}};
      out << separator << text_of(test);
      separator = ",\n";
    }
}
}  // namespace

void write_throughput_json(std::ostream& out, Survey const& survey, Throughput const& found) {
  json tls = json::array();
  for (auto const& cost : found.tls)
    tls.push_back({{"streams", cost.streams},
                   {"against_mode", cost.against},
                   {"share_of_plain_tcp", cost.share}});
  json const document{{"schema", "leadline.throughput/v1"},
                      {"run", run_of(survey)},
                      {"tests_expected", found.tests_expected},
                      {"tests_measured", found.tests_measured},
                      {"complete", found.complete()},
                      {"kinds", kinds_of(survey, found)},
                      {"tls", std::move(tls)},
                      {"saturation", saturation_of(survey, found)},
                      {"unmeasured", found.unmeasured},
                      {"schedule", schedule_of(survey)}};
  std::string_view separator = "{\n";
  for (auto const& [key, value] : document.items()) {
    out << separator << json(key) << ": "
        << value.dump(1, ' ', false, json::error_handler_t::replace);
    separator = ",\n";
  }
  out << separator << "\"tests\": [";
  write_tests(out, survey);
  out << "]\n}\n";
}
}  // namespace leadline
