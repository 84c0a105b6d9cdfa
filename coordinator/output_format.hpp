#pragma once
#include "coordinator/commands/command.hpp"

#include <string>

namespace leadline {

enum class OutputFormat { text, json };

/// Throws UsageError.
OutputFormat parse_format(std::string const& text);

/// Which output was asked for, as far as a command line that may be wrong elsewhere tells.
OutputFormat wanted_format(Words const& words);
}  // namespace leadline
