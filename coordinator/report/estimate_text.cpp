#include "coordinator/report/chart.hpp"
#include "coordinator/report/estimate_figures.hpp"
#include "coordinator/report/estimate_report.hpp"
#include "coordinator/report/estimate_tables.hpp"
#include "coordinator/report/finding_text.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <ostream>

namespace leadline {
namespace {
std::string end_text(Forecast const& forecast) {
  switch (forecast.end) {
    case Forecast::End::converges:
      return fmt::format("arrives after {}, stands still for {}", time_text(forecast.duration),
                         time_text(forecast.downtime));
    case Forecast::End::post_copy:
      return fmt::format("moves at the deadline (post-copy), all is there after {}",
                         time_text(forecast.duration));
    case Forecast::End::cancelled:
      return fmt::format("is cancelled at the deadline; it would take {}",
                         time_text(forecast.duration));
    case Forecast::End::never:
      break;
  }
  return "never converges: the guest writes faster than the path carries";
}

std::string why(MachineEstimate const& machine) {
  auto const& answer = machine.answer;
  if (!machine.doubt.empty()) return machine.doubt;
  switch (answer.verdict) {
    case Estimate::Verdict::in_time:
      return fmt::format("{} {} even at worst", machine.name, end_text(answer.worst));
    case Estimate::Verdict::too_late:
      return fmt::format("{} {} even at best", machine.name, end_text(answer.best));
    case Estimate::Verdict::uncertain:
      break;
  }
  if (!machine.question.dirty_rate_known)
    return fmt::format("how fast {} writes is not known: give --dirty-rate", machine.name);
  return fmt::format("{} at best {}, at worst it {}", machine.name, end_text(answer.best),
                     end_text(answer.worst));
}

std::string margin_text(Margin const& margin) {
  auto const time = time_text(std::chrono::abs(margin.time));
  return margin.time < Seconds{0}
             ? fmt::format("{} too late", time)
             : fmt::format("{} to spare ({:.0f} %)", time, std::floor(margin.share * 100));
}

void write_forecast(std::ostream& out, std::string_view label, Forecast const& forecast,
                    std::optional<Seconds> deadline) {
  auto text = end_text(forecast);
  if (auto const margin = margin_of(forecast, deadline)) text += ", " + margin_text(*margin);
  if (forecast.passes > 1) text += fmt::format(", {} passes", forecast.passes);
  if (forecast.disk_time.count() > 0)
    text += fmt::format(", the disks take {} of it", time_text(forecast.disk_time));
  if (forecast.least_throttle > 0)
    text += fmt::format(", the guest is slowed by up to {:.0f} %", forecast.least_throttle * 100);
  out << wrap(label, text);
}

std::string borne(std::optional<double> dirty_rate) {
  if (!dirty_rate) return "no writing at all at this bandwidth";
  if (std::isinf(*dirty_rate)) return "any dirty rate at this bandwidth";
  return fmt::format("up to {} a second written anew while it migrates", octets_text(*dirty_rate));
}

void write_turns(std::ostream& out, MachineEstimate const& machine) {
  auto const& answer = machine.answer;
  out << wrap("it takes: ", answer.needed_bandwidth
                                ? "at least " + format(*answer.needed_bandwidth)
                                : std::string{"more than any bandwidth: see --auto-converge and "
                                              "--post-copy"});
  out << wrap("it bears: ", borne(answer.highest_dirty_rate));
}

void write_policies(std::ostream& out, MachineEstimate const& machine) {
  for (auto const& policy : machine.policies) out << wrap("policy: ", policy + " holds for it");
  for (auto const& policy : machine.possible)
    out << wrap("policy: ", fmt::format("whether {} holds for it is not known", policy));
}

void write_machine(std::ostream& out, MachineEstimate const& machine) {
  auto const& question = machine.question;
  auto const& answer = machine.answer;
  auto const written = !question.dirty_rate_known
                           ? std::string{"an unknown amount"}
                           : octets_text(question.workload.dirty_rate) + " a second";
  out << wrap("VM: ", fmt::format("{} of memory, {} of disks; it writes {}, {} again and again",
                                  format(question.guest_memory), format(question.workload.disk),
                                  written, format(question.workload.working_set)));
  auto const per_gib = question.completion_timeout_per_gib;
  out << wrap("deadline: ", answer.deadline && per_gib
                                ? fmt::format("{} ({} s a gigabyte)", time_text(*answer.deadline),
                                              per_gib->count())
                                : std::string{"none"});
  write_policies(out, machine);
  write_forecast(out, "at best:  ", answer.best, answer.deadline);
  write_forecast(out, "likely:   ", answer.likely, answer.deadline);
  write_forecast(out, "at worst: ", answer.worst, answer.deadline);
  if (question.dirty_rate_known)
    out << wrap("range: ",
                fmt::format("a dirty rate of {} to {} times what was given, and {} to "
                            "{}",
                            question.factor.least, question.factor.most,
                            format(question.least_bandwidth), format(question.most_bandwidth)));
  write_turns(out, machine);
}

/// What a line of a list says besides the answer.
std::string aside(MachineEstimate const& machine) {
  std::string text;
  for (auto const& policy : machine.policies) text += "; " + policy;
  if (machine.doubt.empty())
    for (auto const& policy : machine.possible) text += "; perhaps " + policy;
  for (auto const& [count, share, answer] : machine.by_streams)
    if (count != machine.streams && answer.verdict != machine.answer.verdict)
      text += fmt::format("; over {} stream{} {}", count, count == 1 ? "" : "s",
                          headline(answer.verdict));
  return text;
}

void write_list(std::ostream& out, std::vector<MachineEstimate> const& machines) {
  for (auto const& machine : machines)
    out << wrap(fmt::format("{:<10} ", headline(machine.answer.verdict)),
                why(machine) + aside(machine));
}

/// progressTimeout is measured from the last time at which less was left than before.
std::string progress_text(std::chrono::seconds timeout) {
  return fmt::format(
      "cancelled as well if in {} s (progressTimeout) what remains does not become less even once: "
      "a path that is dead, or a disk that stands still so long",
      timeout.count());
}
}  // namespace

Estimate::Verdict worst_verdict(std::vector<MachineEstimate> const& machines) {
  auto const has = [&](Estimate::Verdict verdict) {
    return std::ranges::any_of(machines, [&](MachineEstimate const& machine) {
      return machine.answer.verdict == verdict;
    });
  };
  if (has(Estimate::Verdict::too_late)) return Estimate::Verdict::too_late;
  if (machines.empty() || has(Estimate::Verdict::uncertain)) return Estimate::Verdict::uncertain;
  return Estimate::Verdict::in_time;
}

int exit_code(Estimate::Verdict verdict) {
  switch (verdict) {
    case Estimate::Verdict::in_time:
      return 0;
    case Estimate::Verdict::too_late:
      return 20;
    case Estimate::Verdict::uncertain:
      break;
  }
  return 30;
}

void write_estimate_text(std::ostream& out, EstimateReport const& report) {
  out << headline(report.verdict) << '\n';
  if (!report.failure.empty()) {
    out << wrap("because: ", report.failure);
    return;
  }
  auto const decisive = std::ranges::find_if(report.machines, [&](MachineEstimate const& machine) {
    return machine.answer.verdict == report.verdict;
  });
  if (decisive != report.machines.end()) out << wrap("because: ", why(*decisive));
  out << wrap("path: ", report.path) << wrap("settings: ", report.settings);
  for (auto const& note : report.notes) out << wrap("note: ", note);
  if (report.progress_timeout) out << wrap("progress: ", progress_text(*report.progress_timeout));
  if (report.machines.size() == 1) {
    write_machine(out, report.machines.front());
    if (auto const chart = draw_course(report.machines.front().answer.likely.course);
        !chart.empty())
      out << "\nWhat remains to be sent, likely:\n" << chart;
    write_streams(out, report);
    write_parallel(out, report);
  } else {
    out << '\n';
    write_list(out, report.machines);
  }
  write_timeouts(out, report);
  write_evacuations(out, report);
}
}  // namespace leadline
