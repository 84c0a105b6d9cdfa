#include "tests/lab/fault_table/verdict_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace leadline::lab {
namespace {

bool any_line_matches(nlohmann::json const& lines, std::string const& pattern) {
  std::regex const wanted{pattern};
  return std::ranges::any_of(lines, [&](nlohmann::json const& line) {
    return std::regex_search(line.get_ref<std::string const&>(), wanted);
  });
}

bool matches(ExpectedFinding const& expected, nlohmann::json const& finding) {
  return finding.at("code") == expected.code &&
         (expected.severity.empty() || finding.at("severity") == expected.severity) &&
         (expected.scope.is_null() || finding.at("scope") == expected.scope) &&
         (expected.direction.empty() || finding.at("direction") == expected.direction) &&
         (expected.evidence.empty() ||
          any_line_matches(finding.at("evidence"), expected.evidence)) &&
         (expected.consequence.empty() ||
          any_line_matches(finding.at("consequences"), expected.consequence));
}

bool allowed(Expectation const& expected, nlohmann::json const& finding) {
  auto const severity = finding.at("severity").get<std::string>();
  auto const code = finding.at("code").get<std::string>();
  return severity == "info" ||
         (severity == "warning" && std::ranges::count(expected.also_allowed, code) > 0);
}

std::string shown(ExpectedFinding const& wanted) {
  return fmt::format("{} {} {} {} /{}/ explaining /{}/", wanted.severity, wanted.code,
                     wanted.scope.dump(), wanted.direction, wanted.evidence, wanted.consequence);
}

/// What the report says that the probes of this pair came to, one for each address family.
std::vector<std::string> reasons(ExpectedMeasurement const& wanted, nlohmann::json const& report) {
  std::vector<std::string> all;
  for (auto const& pair : report.at("pairs")) {
    if (pair.at("source") != wanted.source || pair.at("target") != wanted.target) continue;
    for (auto const& seen : pair.at("observations"))
      if (seen.at("probe") == wanted.probe) all.push_back(seen.at("reason"));
  }
  return all;
}

void compare_measurement(ExpectedMeasurement const& wanted, nlohmann::json const& report,
                         std::vector<std::string>& differences) {
  auto const said = reasons(wanted, report);
  if (any_line_matches(said, wanted.reason)) return;
  differences.push_back(fmt::format("{} of {} -> {} says {}, expected /{}/", wanted.probe,
                                    wanted.source, wanted.target, nlohmann::json(said).dump(),
                                    wanted.reason));
}
}  // namespace

std::vector<std::string> differences(Expectation const& expected, nlohmann::json const& report) {
  std::vector<std::string> all;
  if (report.at("verdict") != expected.verdict)
    all.push_back(
        fmt::format("verdict {}, expected {}", report.at("verdict").dump(), expected.verdict));
  if (expected.exit_code && report.at("exit_code") != *expected.exit_code)
    all.push_back(fmt::format("exit code {} in the report, expected {}",
                              report.at("exit_code").dump(), *expected.exit_code));
  if (expected.pairs_measured &&
      report.at("coverage").at("pairs_measured") != *expected.pairs_measured)
    all.push_back(fmt::format("{} pairs measured, expected {}",
                              report.at("coverage").at("pairs_measured").dump(),
                              *expected.pairs_measured));
  auto wanted = expected.findings;
  for (auto const& finding : report.at("findings")) {
    auto const found = std::ranges::find_if(
        wanted, [&](ExpectedFinding const& one) { return matches(one, finding); });
    if (found != wanted.end())
      wanted.erase(found);
    else if (!allowed(expected, finding))
      all.push_back(fmt::format("not expected: {}", finding.dump()));
  }
  for (auto const& one : wanted) all.push_back(fmt::format("not found: {}", shown(one)));
  for (auto const& one : expected.measured) compare_measurement(one, report, all);
  return all;
}
}  // namespace leadline::lab
