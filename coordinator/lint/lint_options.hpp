#pragma once
#include "coordinator/commands/command.hpp"
#include "coordinator/output_format.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace leadline {

/// What `leadline lint` was asked to do.
struct LintOptions {
  std::vector<std::pair<std::string, std::filesystem::path>> clusters;  ///< name and path, as given
  OutputFormat format{OutputFormat::text};
  std::filesystem::path out;  ///< empty: standard output
  bool strict{};
};

/// "east=east/": a cluster's name and where its manifests are. Throws UsageError.
std::pair<std::string, std::filesystem::path> parse_cluster(std::string const& text);

/// Empty after --help, whose text went to standard output. Throws UsageError.
std::optional<LintOptions> read_lint_options(Words const& words);
}  // namespace leadline
