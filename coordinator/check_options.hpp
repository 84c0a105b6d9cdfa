#pragma once
#include "coordinator/commands/command.hpp"
#include "coordinator/plan.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace leadline {

enum class OutputFormat { text, json };

/// What `leadline check` was asked to do: the plan file laid under the command line.
struct CheckOptions {
  boost::asio::ip::tcp::endpoint listen;
  std::filesystem::path tls;
  Plan plan;
  OutputFormat format{OutputFormat::text};
  std::filesystem::path out;  ///< empty: standard output
  bool strict{};
  bool yes{};
};

/// Which output was asked for, as far as a command line that may be wrong elsewhere tells.
OutputFormat wanted_format(Words const& words);

/// Empty after --help, whose text went to standard output. Throws UsageError.
std::optional<CheckOptions> read_check_options(Words const& words);
}  // namespace leadline
