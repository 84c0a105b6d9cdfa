#include "coordinator/output_format.hpp"

#include "coordinator/kubernetes/live_cluster.hpp"

#include <fmt/format.h>

#include <exception>

namespace leadline {

OutputFormat parse_format(std::string const& text) {
  if (text == "text") return OutputFormat::text;
  if (text == "json") return OutputFormat::json;
  throw UsageError{fmt::format("-o: '{}' is neither text nor json", text)};
}

OutputFormat wanted_format(Words const& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-ojson" || words[i] == "--output=json") return OutputFormat::json;
    if ((words[i] == "-o" || words[i] == "--output") && i + 1 < words.size() &&
        words[i + 1] == "json")
      return OutputFormat::json;
  }
  return OutputFormat::text;
}

int run_or_tell(Words const& words, std::function<int()> const& run,
                std::function<void(std::string const& why, int code)> const& tell) {
  bool const document = wanted_format(words) == OutputFormat::json;
  try {
    return run();
  } catch (UsageError const& e) {
    if (document) tell(e.what(), exit_codes::usage);
    throw;
  } catch (ApiUnavailable const& e) {
    if (document) tell(e.what(), exit_codes::unknown);
    throw;
  } catch (std::exception const& e) {
    if (document) tell(e.what(), exit_codes::internal_error);
    throw;
  }
}
}  // namespace leadline
