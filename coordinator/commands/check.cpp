#include "coordinator/check_options.hpp"
#include "coordinator/commands/command.hpp"
#include "coordinator/conduct.hpp"
#include "coordinator/report/json.hpp"
#include "coordinator/report/report.hpp"
#include "coordinator/report/text.hpp"
#include "coordinator/report_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <iostream>
#include <string>
#include <unistd.h>

namespace leadline {
namespace {
using std::chrono::system_clock;

void write(Report const& report, CheckOptions const& options, std::ostream& out) {
  if (options.format == OutputFormat::json)
    write_json(out, report);
  else
    write_text(out, report, options.out.empty() && ::isatty(STDOUT_FILENO) != 0);
}

int run_check(CheckOptions const& options, std::string command) {
  ReportFile file{options.out};
  Progress progress{std::cerr, ::isatty(STDERR_FILENO) != 0};
  tell_cost(options, progress);
  Survey survey{
      .command = std::move(command), .started = system_clock::now(), .plan = options.plan};
  conduct(options, survey, progress);
  survey.finished = system_clock::now();
  auto report = make_report(std::move(survey), options.strict);
  report.configured = compare_configured(report.survey, options.configured);
  write(report, options, file.stream());
  file.commit();
  return report.exit_code;
}

/// Even a run that never began gives its object: the verdict is unknown, and why.
void write_failure(std::string const& command, std::string const& why, int code) {
  auto const now = system_clock::now();
  Survey survey{.command = command, .started = now, .finished = now};
  survey.interruptions.push_back(why);
  auto report = make_report(std::move(survey), false);
  report.exit_code = code;
  write_json(std::cout, report);
}
}  // namespace

int check(Words const& words) {
  auto const command = fmt::format("leadline check {}", fmt::join(words, " "));
  return run_or_tell(
      words,
      [&] {
        auto const options = read_check_options(words);
        return options ? run_check(*options, command) : exit_codes::ready;
      },
      [&](std::string const& why, int code) { write_failure(command, why, code); });
}
}  // namespace leadline
