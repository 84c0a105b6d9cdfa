#include "coordinator/report/estimate_report.hpp"
#include "coordinator/report/finding_json.hpp"
#include "probes/core/checked_json.hpp"

#include <cmath>
#include <ostream>

namespace leadline {
namespace {
using nlohmann::json;

json duration_of(Forecast const& forecast) {
  bool const ends = forecast.end != Forecast::End::never;
  return ends ? json(forecast.duration.count()) : json{};
}

json forecast_of(Forecast const& forecast, std::optional<Seconds> deadline) {
  json course = json::array();
  for (auto const& [time, remaining] : forecast.course)
    course.push_back({{"seconds", time.count()}, {"remaining_bytes", remaining}});
  auto const margin = margin_of(forecast, deadline);
  return {{"end", format(forecast.end)},
          {"duration_seconds", duration_of(forecast)},
          {"margin_seconds", margin ? json(margin->time.count()) : json{}},
          {"margin_share", margin ? json(margin->share) : json{}},
          {"disk_seconds", forecast.disk_time.count()},
          {"downtime_seconds", forecast.downtime.count()},
          {"passes", forecast.passes},
          {"throttle_share", forecast.least_throttle},
          {"course", std::move(course)}};
}

/// `counted` is what there is another number of.
json alternatives_of(std::vector<Alternative> const& alternatives, char const* counted) {
  json rows = json::array();
  for (auto const& [count, share, answer] : alternatives)
    rows.push_back({{counted, count},
                    {"share_bits_per_second", share.per_second},
                    {"verdict", format(answer.verdict)},
                    {"best_duration_seconds", duration_of(answer.best)},
                    {"likely_duration_seconds", duration_of(answer.likely)},
                    {"worst_duration_seconds", duration_of(answer.worst)}});
  return rows;
}

json plan_of(EvacuationPlan const& plan) {
  return {{"duration_seconds", plan.duration.count()}, {"stuck", plan.stuck}};
}

json machine_of(MachineEstimate const& machine) {
  auto const& question = machine.question;
  auto const& answer = machine.answer;
  auto const& highest = answer.highest_dirty_rate;
  return {{"name", machine.name},
          {"node", machine.node},
          {"verdict", format(answer.verdict)},
          {"doubt", machine.doubt},
          {"policies", machine.policies},
          {"possible_policies", machine.possible},
          {"streams", machine.streams > 0 ? json(machine.streams) : json{}},
          {"by_streams", alternatives_of(machine.by_streams, "streams")},
          {"memory_bytes", question.guest_memory.count},
          {"disk_bytes", question.workload.disk.count},
          {"working_set_bytes", question.workload.working_set.count},
          {"dirty_rate_bytes_per_second",
           question.dirty_rate_known ? json(question.workload.dirty_rate) : json{}},
          {"deadline_seconds", answer.deadline ? json(answer.deadline->count()) : json{}},
          {"best", forecast_of(answer.best, answer.deadline)},
          {"likely", forecast_of(answer.likely, answer.deadline)},
          {"worst", forecast_of(answer.worst, answer.deadline)},
          {"needed_bandwidth_bits_per_second",
           answer.needed_bandwidth ? json(answer.needed_bandwidth->per_second) : json{}},
          {"any_dirty_rate", highest && std::isinf(*highest)},
          {"highest_dirty_rate_bytes_per_second",
           highest && std::isfinite(*highest) ? json(*highest) : json{}}};
}
}  // namespace

void write_estimate_json(std::ostream& out, EstimateReport const& report) {
  json machines = json::array();
  for (auto const& machine : report.machines) machines.push_back(machine_of(machine));
  json timeouts = json::array();
  for (auto const& [per_gib, deadline, verdict] : report.timeouts)
    timeouts.push_back({{"completion_timeout_seconds_per_gib", per_gib.count()},
                        {"deadline_seconds", deadline.count()},
                        {"verdict", format(verdict)}});
  json evacuations = json::array();
  for (auto const& [of, best, likely, worst] : report.evacuations)
    evacuations.push_back({{"of", of},
                           {"best", plan_of(best)},
                           {"likely", plan_of(likely)},
                           {"worst", plan_of(worst)}});
  json document{{"schema", "leadline.estimate/v1"},
                {"command", report.command},
                {"verdict", format(report.verdict)},
                {"exit_code", report.exit_code},
                {"path", report.path},
                {"settings", report.settings},
                {"progress_timeout_seconds",
                 report.progress_timeout ? json(report.progress_timeout->count()) : json{}},
                {"notes", report.notes},
                {"machines", std::move(machines)},
                {"timeouts", std::move(timeouts)},
                {"parallel", alternatives_of(report.parallel, "side_by_side")},
                {"evacuations", std::move(evacuations)}};
  if (!report.failure.empty()) document["failure"] = report.failure;
  out << text_of(document) << '\n';
}
}  // namespace leadline
