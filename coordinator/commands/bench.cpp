#include "coordinator/bench_options.hpp"
#include "coordinator/check_options.hpp"
#include "coordinator/commands/command.hpp"
#include "coordinator/conduct.hpp"
#include "coordinator/interruption.hpp"
#include "coordinator/report/throughput_csv.hpp"
#include "coordinator/report/throughput_json.hpp"
#include "coordinator/report/throughput_text.hpp"
#include "coordinator/report_file.hpp"
#include "coordinator/terminal.hpp"
#include "coordinator/throughput.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>

namespace leadline {
namespace {
using std::chrono::system_clock;

void write(std::ostream& out, ThroughputFormat format, Survey const& survey,
           Throughput const& found) {
  switch (format) {
    case ThroughputFormat::text:
      write_throughput_text(out, survey, found);
      break;
    case ThroughputFormat::json:
      write_throughput_json(out, survey, found);
      break;
    case ThroughputFormat::csv:
      write_throughput_csv(out, survey, found);
      break;
  }
}

int run_bench(BenchOptions const& options, std::string command) {
  hold_interruptions();
  ReportFile file{options.out};
  Progress progress{std::cerr, moves_cursor(STDERR_FILENO)};
  Survey survey{
      .command = std::move(command), .started = system_clock::now(), .plan = options.plan};
  conduct(options, survey, progress);
  survey.finished = system_clock::now();
  auto const found = read_throughput(survey);
  write(file.stream(), options.format, survey, found);
  file.commit();
  if (options.format == ThroughputFormat::csv) {  // which has no room for what was not measured
    for (auto const& why : survey.interruptions) std::cerr << "interrupted: " << why << '\n';
    for (auto const& reason : found.unmeasured) std::cerr << "not measured: " << reason << '\n';
  }
  bool const whole = found.complete() && survey.interruptions.empty();
  return whole ? exit_codes::ready : exit_codes::unknown;
}

/// Under -o json even a run that never began gives its object, and says why.
void write_failure(std::string const& command, std::optional<BenchOptions> const& options,
                   std::string const& why) {
  auto const now = system_clock::now();
  Survey survey{.command = command, .started = now, .finished = now};
  if (options) survey.plan = options->plan;
  survey.interruptions.push_back(why);
  write_throughput_json(std::cout, survey, read_throughput(survey));
}
}  // namespace

int bench(Words const& words) {
  auto const command = fmt::format("leadline bench {}", fmt::join(words, " "));
  std::optional<BenchOptions> options;
  return run_or_tell(
      words,
      [&] {
        options = read_bench_options(words);
        return options ? run_bench(*options, command) : exit_codes::ready;
      },
      [&](std::string const& why, int /*code*/) { write_failure(command, options, why); });
}
}  // namespace leadline
