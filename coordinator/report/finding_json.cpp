#include "coordinator/report/finding_json.hpp"

#include "probes/core/checked_json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace leadline {
namespace {
using nlohmann::json;

json scope_of(Scope const& scope) {
  json j{{"kind", format(scope.kind)}};
  switch (scope.kind) {
    case Scope::Kind::node:
      j["node"] = scope.source;
      break;
    case Scope::Kind::cluster:
      j["cluster"] = scope.source;
      break;
    case Scope::Kind::pair:
    case Scope::Kind::cluster_pair:
      j["source"] = scope.source;
      j["target"] = scope.target;
  }
  return j;
}
}  // namespace

nlohmann::json finding_of(Finding const& finding) {
  return {{"code", finding.code},
          {"severity", format(finding.severity)},
          {"scope", scope_of(finding.scope)},
          {"direction", format(finding.direction)},
          {"summary", finding.summary},
          {"evidence", finding.evidence},
          {"consequences", finding.consequences},
          {"remedy", finding.remedy},
          {"pairs_affected", finding.pairs_affected}};
}

std::string iso_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string text_of(nlohmann::json const& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}
}  // namespace leadline
