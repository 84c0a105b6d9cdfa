#pragma once
#include "coordinator/coverage.hpp"
#include "coordinator/finding.hpp"
#include "coordinator/report/configured.hpp"
#include "coordinator/survey.hpp"
#include "coordinator/verdict.hpp"

#include <string>
#include <vector>

namespace leadline {

/// A run and what follows from it: all that any report shows.
struct Report {
  Survey survey;
  std::vector<Finding> findings;
  Coverage coverage;
  Verdict verdict{Verdict::unknown};
  int exit_code{30};
  std::vector<ConfiguredRow> configured;  ///< empty: no manifests were given
  std::string marks;                      ///< a letter for each of survey.pairs: see mark_legend
};

inline constexpr std::string_view mark_legend =
    ". fine  A address or link  R reach  M MTU  T TLS  L loss or latency  B bandwidth  "
    "? not measured";

/// Decides. The survey of a run that failed before it measured anything is as good as any other:
/// its `interruptions` say why, and the verdict is unknown.
Report make_report(Survey survey, bool strict);
}  // namespace leadline
