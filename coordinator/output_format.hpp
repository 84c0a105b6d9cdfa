#pragma once
#include "coordinator/commands/command.hpp"

#include <functional>
#include <string>

namespace leadline {

enum class OutputFormat { text, json };

/// Throws UsageError.
OutputFormat parse_format(std::string const& text);

/// Which output was asked for, as far as a command line that may be wrong elsewhere tells.
OutputFormat wanted_format(Words const& words);

/// Runs a command whose report may be JSON. If it throws, and JSON was asked for, `tell` writes the
/// report all the same, with the reason and the exit code; what was thrown goes on.
int run_or_tell(Words const& words, std::function<int()> const& run,
                std::function<void(std::string const& why, int code)> const& tell);
}  // namespace leadline
