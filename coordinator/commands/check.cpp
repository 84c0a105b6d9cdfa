#include "coordinator/check_options.hpp"
#include "coordinator/commands/command.hpp"
#include "coordinator/conduct.hpp"
#include "coordinator/interruption.hpp"
#include "coordinator/report/json.hpp"
#include "coordinator/report/report.hpp"
#include "coordinator/report/text.hpp"
#include "coordinator/report_file.hpp"
#include "coordinator/terminal.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>

namespace leadline {
namespace {
using std::chrono::system_clock;

void write(Report const& report, CheckOptions const& options, std::ostream& out) {
  if (options.format == OutputFormat::json)
    write_json(out, report);
  else
    write_text(out, report, options.out.empty() && shows_colour(STDOUT_FILENO));
}

void foretell_unknown(Plan const& plan, Progress& progress) {
  auto const& wanted = plan.thresholds.min_bandwidth;
  if (plan.max_rate.per_second > 0 && plan.max_rate.per_second < wanted.per_second &&
      std::ranges::count(plan.stages, Stage::bandwidth) != 0)
    progress.say(
        fmt::format("--max-rate {} is less than the {} that the plan wants: whether the network "
                    "gives that will stay unknown",
                    format(plan.max_rate), format(wanted)));
}

int run_check(CheckOptions const& options, std::string command) {
  hold_interruptions();
  ReportFile file{options.out};
  Progress progress{std::cerr, moves_cursor(STDERR_FILENO)};
  Survey survey{
      .command = std::move(command), .started = system_clock::now(), .plan = options.plan};
  foretell_unknown(options.plan, progress);
  conduct(options, survey, progress);
  survey.finished = system_clock::now();
  auto report = make_report(std::move(survey), options.strict);
  report.configured = compare_configured(report.survey, options.configured);
  write(report, options, file.stream());
  file.commit();
  return report.exit_code;
}

/// Even a run that never began gives its object: the verdict is unknown, and why. It goes where the
/// report would have gone, lest an older report be taken for this run's.
void write_failure(std::string const& command, std::optional<CheckOptions> const& options,
                   std::string const& why, int code) {
  auto const now = system_clock::now();
  Survey survey{.command = command, .started = now, .finished = now};
  if (options) survey.plan = options->plan;
  survey.interruptions.push_back(why);
  auto report = make_report(std::move(survey), false);
  report.exit_code = code;
  try {
    ReportFile file{options ? options->out : std::filesystem::path{}};
    write_json(file.stream(), report);
    file.commit();
  } catch (std::exception const&) {  // --out itself may be what failed
    write_json(std::cout, report);
  }
}
}  // namespace

int check(Words const& words) {
  auto const command = fmt::format("leadline check {}", fmt::join(words, " "));
  std::optional<CheckOptions> options;
  return run_or_tell(
      words,
      [&] {
        options = read_check_options(words);
        return options ? run_check(*options, command) : exit_codes::ready;
      },
      [&](std::string const& why, int code) { write_failure(command, options, why, code); });
}
}  // namespace leadline
