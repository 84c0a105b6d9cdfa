#pragma once
#include "coordinator/cluster_source.hpp"
#include "coordinator/commands/command.hpp"
#include "coordinator/output_format.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace leadline {

/// What `leadline lint` was asked to do.
struct LintOptions {
  std::vector<ClusterSource> clusters;
  OutputFormat format{OutputFormat::text};
  std::filesystem::path out;  ///< empty: standard output
  bool strict{};
};

/// Empty after --help, whose text went to standard output. Throws UsageError.
std::optional<LintOptions> read_lint_options(Words const& words);
}  // namespace leadline
