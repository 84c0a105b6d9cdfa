#include "tests/lab/fault_table/verdict_match.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline::lab {
namespace {

bool matches(ExpectedFinding const& expected, nlohmann::json const& finding) {
  return finding.at("code") == expected.code &&
         (expected.severity.empty() || finding.at("severity") == expected.severity) &&
         (expected.scope.is_null() || finding.at("scope") == expected.scope);
}

bool allowed(Expectation const& expected, nlohmann::json const& finding) {
  auto const severity = finding.at("severity").get<std::string>();
  if (severity == "info") return true;
  if (std::ranges::any_of(expected.findings,
                          [&](auto const& wanted) { return matches(wanted, finding); }))
    return true;
  auto const code = finding.at("code").get<std::string>();
  return severity == "warning" && std::ranges::count(expected.also_allowed, code) > 0;
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
  auto const& findings = report.at("findings");
  for (auto const& wanted : expected.findings)
    if (std::ranges::none_of(findings, [&](auto const& seen) { return matches(wanted, seen); }))
      all.push_back(fmt::format("not found: {} {}", wanted.code, wanted.scope.dump()));
  for (auto const& finding : findings)
    if (!allowed(expected, finding)) all.push_back(fmt::format("not expected: {}", finding.dump()));
  return all;
}
}  // namespace leadline::lab
