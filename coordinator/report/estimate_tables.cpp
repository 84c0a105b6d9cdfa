#include "coordinator/report/estimate_tables.hpp"

#include "coordinator/report/estimate_figures.hpp"
#include "coordinator/report/finding_text.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>
#include <string>

namespace leadline {
namespace {
std::string duration_text(Forecast const& forecast) {
  return forecast.end == Forecast::End::never ? "for ever" : time_text(forecast.duration);
}

/// "4 min 11 s to 4 min 23 s", "4 min 11 s or for ever".
std::string span_text(Forecast const& best, Forecast const& worst) {
  auto least = duration_text(best);
  auto const most = duration_text(worst);
  if (least == most) return least;
  return fmt::format("{} {} {}", least, worst.end == Forecast::End::never ? "or" : "to", most);
}

std::string alternative_text(Alternative const& alternative, bool dirty_rate_known) {
  auto const& answer = alternative.answer;
  return fmt::format("{}: {}{}: {}", format(alternative.share), dirty_rate_known ? "" : "at least ",
                     span_text(answer.best, answer.worst), headline(answer.verdict));
}

/// "12 min without 2".
std::string plan_text(EvacuationPlan const& plan) {
  auto text = time_text(plan.duration);
  if (!plan.stuck.empty()) text += fmt::format(" without {}", plan.stuck.size());
  return text;
}

std::string evacuation_text(Evacuation const& evacuation) {
  auto const best = plan_text(evacuation.best);
  auto const worst = plan_text(evacuation.worst);
  auto text = evacuation.of + ": ";
  text += best == worst ? best
                        : fmt::format("at best {}, likely {}, at worst {}", best,
                                      plan_text(evacuation.likely), worst);
  if (!evacuation.worst.stuck.empty())
    text += fmt::format("; what does not get away{}: {}",
                        evacuation.best.stuck == evacuation.worst.stuck ? "" : " at worst",
                        fmt::join(evacuation.worst.stuck, ", "));
  return text;
}
}  // namespace

void write_streams(std::ostream& out, EstimateReport const& report) {
  auto const& machine = report.machines.front();
  if (machine.by_streams.empty()) return;
  out << "\nOver one stream, as VMs with CPU limits or dedicated CPUs have it, and over several:\n";
  for (auto const& row : machine.by_streams)
    out << wrap(fmt::format("  {:>2}: ", row.count),
                alternative_text(row, machine.question.dirty_rate_known));
}

void write_parallel(std::ostream& out, EstimateReport const& report) {
  if (report.parallel.empty()) return;
  bool const known = report.machines.front().question.dirty_rate_known;
  out << "\nSide by side, each gets:\n";
  for (auto const& row : report.parallel)
    out << wrap(
        fmt::format("  {:>4}: ", row.count),
        alternative_text(row, known) +
            (row.count > report.parallel_outbound_per_node ? ", from several nodes only" : ""));
}

void write_timeouts(std::ostream& out, EstimateReport const& report) {
  if (!report.timeouts.empty()) out << "\nWith another completionTimeoutPerGiB:\n";
  for (auto const& [per_gib, deadline, verdict] : report.timeouts)
    out << fmt::format("  {:>4} s: deadline after {}: {}\n", per_gib.count(), time_text(deadline),
                       headline(verdict));
}

void write_evacuations(std::ostream& out, EstimateReport const& report) {
  if (report.evacuations.empty()) return;
  bool const known = report.machines.front().question.dirty_rate_known;
  out << (known ? "\nUntil all have left:\n" : "\nUntil all have left, at least:\n");
  for (auto const& evacuation : report.evacuations) out << wrap("  ", evacuation_text(evacuation));
}
}  // namespace leadline
