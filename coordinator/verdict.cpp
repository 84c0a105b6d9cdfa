#include "coordinator/verdict.hpp"

#include <algorithm>

namespace leadline {

std::string_view format(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
      return "ready";
    case Verdict::ready_with_warnings:
      return "ready_with_warnings";
    case Verdict::unknown:
      return "unknown";
    case Verdict::not_ready:
      return "not_ready";
  }
  return "";
}

Verdict judge(std::vector<Finding> const& findings, Coverage const& coverage,
              std::vector<std::string> const& interruptions) {
  auto const any = [&](Severity severity) {
    return std::ranges::count(findings, severity, &Finding::severity) != 0;
  };
  if (any(Severity::error)) return Verdict::not_ready;
  bool const nothing = coverage.pairs_measured == 0 || coverage.nodes_seen == 0;
  if (nothing || !coverage.complete() || !interruptions.empty()) return Verdict::unknown;
  return any(Severity::warning) ? Verdict::ready_with_warnings : Verdict::ready;
}

int exit_code(Verdict verdict, bool strict) {
  switch (verdict) {
    case Verdict::ready:
      return 0;
    case Verdict::ready_with_warnings:
      return strict ? 10 : 0;
    case Verdict::not_ready:
      return 20;
    case Verdict::unknown:
      return 30;
  }
  return 30;
}
}  // namespace leadline
