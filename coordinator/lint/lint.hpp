#pragma once
#include "coordinator/lint/rules.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace leadline {

/// What the manifests of the clusters say, judged.
struct LintResult {
  /// `unknown`: what there is does not even name the migration networks.
  enum class Verdict { clean, warnings, errors, unknown };
  Verdict verdict{Verdict::unknown};
  std::vector<Finding> findings;
  std::vector<Unchecked> unchecked;
};

std::string_view format(LintResult::Verdict verdict);

/// All rules over one cluster or over each pair of several.
LintResult lint(std::span<ClusterManifests const> clusters, UnixTime now);

/// 0, 10 (warnings under --strict), 20 or 30: the same for every way of output.
int exit_code(LintResult::Verdict verdict, bool strict);
}  // namespace leadline
