#pragma once
#include "coordinator/lint/lint.hpp"

#include <chrono>
#include <iosfwd>
#include <span>
#include <string>

namespace leadline {

/// What `leadline lint` shows: what it read, and what it found.
struct LintReport {
  std::string command;
  std::chrono::system_clock::time_point started;
  std::span<ClusterManifests const> clusters;
  LintResult result;
  int exit_code{30};
  std::string failure;  ///< why nothing was read at all; else empty
};

/// For people.
void write_lint_text(std::ostream& out, LintReport const& report, bool colour);
/// One JSON object, "leadline.lint/v1" (lint.schema.json beside this file).
void write_lint_json(std::ostream& out, LintReport const& report);
}  // namespace leadline
