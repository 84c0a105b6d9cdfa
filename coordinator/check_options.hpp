#pragma once
#include "coordinator/commands/command.hpp"
#include "coordinator/run_options.hpp"

#include <optional>

namespace leadline {

enum class OutputFormat { text, json };

/// What `leadline check` was asked to do.
struct CheckOptions : RunOptions {
  OutputFormat format{OutputFormat::text};
  bool strict{};
};

/// Which output was asked for, as far as a command line that may be wrong elsewhere tells.
OutputFormat wanted_format(Words const& words);

/// Empty after --help, whose text went to standard output. Throws UsageError.
std::optional<CheckOptions> read_check_options(Words const& words);
}  // namespace leadline
