#pragma once
#include "coordinator/coverage.hpp"
#include "coordinator/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// May VMs be migrated? Total: what was not measured is unknown, never a pass.
enum class Verdict { ready, ready_with_warnings, unknown, not_ready };
std::string_view format(Verdict verdict);

/// Any error: not ready. Else anything expected but not measured, and any interruption: unknown.
/// Else any warning: ready with warnings.
Verdict judge(std::vector<Finding> const& findings, Coverage const& coverage,
              std::vector<std::string> const& interruptions);

/// 0, 10 (warnings under --strict), 20 or 30: the same for every way of output.
int exit_code(Verdict verdict, bool strict);
}  // namespace leadline
