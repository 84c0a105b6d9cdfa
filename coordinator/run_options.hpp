#pragma once
#include "coordinator/commands/command.hpp"
#include "coordinator/plan.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <tl/expected.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace leadline {

/// What every command says that runs a plan with the agents that come: the plan file laid under the
/// command line.
struct RunOptions {
  boost::asio::ip::tcp::endpoint listen;
  std::filesystem::path tls;
  Plan plan;
  std::filesystem::path out;  ///< empty: standard output
  bool yes{};
};

/// Adds their options to those of a command.
void describe_run_options(boost::program_options::options_description& all);

/// Reads them over `base`, the command's own defaults. Throws UsageError.
RunOptions read_run_options(boost::program_options::variables_map const& given, Plan base,
                            std::string_view command);

/// Throws UsageError with all that does not fit together.
void refuse_contradictions(Plan const& plan);

/// Parses the words of a command; nothing after --help, whose text went to standard output. Throws
/// UsageError.
std::optional<boost::program_options::variables_map> parse_words(
    Words const& words, boost::program_options::options_description const& all,
    std::string_view command, std::string_view usage);

/// The value, or UsageError with the option's name.
template <class T>
T must(tl::expected<T, std::string> value, std::string_view option) {
  if (!value) throw UsageError{fmt::format("--{}: {}", option, value.error())};
  return *std::move(value);
}
}  // namespace leadline
