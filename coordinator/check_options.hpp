#pragma once
#include "coordinator/commands/command.hpp"
#include "coordinator/manifests/configured_network.hpp"
#include "coordinator/output_format.hpp"
#include "coordinator/run_options.hpp"

#include <optional>

namespace leadline {

/// What `leadline check` was asked to do.
struct CheckOptions : RunOptions {
  OutputFormat format{OutputFormat::text};
  bool strict{};
  std::vector<ConfiguredNetwork> configured;  ///< by the manifests of --cluster
};

/// Empty after --help, whose text went to standard output. Throws UsageError.
std::optional<CheckOptions> read_check_options(Words const& words);
}  // namespace leadline
