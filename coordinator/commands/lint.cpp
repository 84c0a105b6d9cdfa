#include "coordinator/lint/lint.hpp"

#include "coordinator/commands/command.hpp"
#include "coordinator/lint/lint_options.hpp"
#include "coordinator/read_clusters.hpp"
#include "coordinator/report/lint_report.hpp"
#include "coordinator/report_file.hpp"
#include "coordinator/terminal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <iostream>
#include <unistd.h>

namespace leadline {
namespace {
using std::chrono::system_clock;

int run_lint(LintOptions const& options, std::string command) {
  ReportFile file{options.out};
  auto const clusters = read_clusters(options.clusters);
  auto const now = system_clock::now();
  LintReport report{.command = std::move(command),
                    .started = now,
                    .clusters = clusters,
                    .result = lint(clusters, std::chrono::floor<std::chrono::seconds>(now)),
                    .failure = {}};
  report.exit_code = exit_code(report.result.verdict, options.strict);
  if (options.format == OutputFormat::json)
    write_lint_json(file.stream(), report);
  else
    write_lint_text(file.stream(), report, options.out.empty() && shows_colour(STDOUT_FILENO));
  file.commit();
  return report.exit_code;
}

/// Even a command line that is wrong gives its object.
void write_failure(std::string const& command, std::string const& why, int code) {
  write_lint_json(std::cout, {.command = command,
                              .started = system_clock::now(),
                              .clusters = {},
                              .result = {},
                              .exit_code = code,
                              .failure = why});
}
}  // namespace

int lint(Words const& words) {
  auto const command = fmt::format("leadline lint {}", fmt::join(words, " "));
  return run_or_tell(
      words,
      [&] {
        auto const options = read_lint_options(words);
        return options ? run_lint(*options, command) : exit_codes::ready;
      },
      [&](std::string const& why, int code) { write_failure(command, why, code); });
}
}  // namespace leadline
