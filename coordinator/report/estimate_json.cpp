#include "coordinator/report/estimate_report.hpp"
#include "coordinator/report/finding_json.hpp"
#include "probes/core/checked_json.hpp"

#include <cmath>
#include <ostream>

namespace leadline {
namespace {
using nlohmann::json;

json forecast_of(Forecast const& forecast) {
  json course = json::array();
  for (auto const& [time, remaining] : forecast.course)
    course.push_back({{"seconds", time.count()}, {"remaining_bytes", remaining}});
  bool const ends = forecast.end != Forecast::End::never;
  return {{"end", format(forecast.end)},
          {"duration_seconds", ends ? json(forecast.duration.count()) : json{}},
          {"disk_seconds", forecast.disk_time.count()},
          {"downtime_seconds", forecast.downtime.count()},
          {"passes", forecast.passes},
          {"throttle_share", forecast.least_throttle},
          {"course", std::move(course)}};
}

json machine_of(MachineEstimate const& machine) {
  auto const& question = machine.question;
  auto const& answer = machine.answer;
  auto const& highest = answer.highest_dirty_rate;
  return {{"name", machine.name},
          {"node", machine.node},
          {"verdict", format(answer.verdict)},
          {"memory_bytes", question.guest_memory.count},
          {"disk_bytes", question.workload.disk.count},
          {"working_set_bytes", question.workload.working_set.count},
          {"dirty_rate_bytes_per_second",
           question.dirty_rate_known ? json(question.workload.dirty_rate) : json{}},
          {"deadline_seconds", answer.deadline ? json(answer.deadline->count()) : json{}},
          {"best", forecast_of(answer.best)},
          {"likely", forecast_of(answer.likely)},
          {"worst", forecast_of(answer.worst)},
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
  for (auto const& [node, plan] : report.evacuations)
    evacuations.push_back(
        {{"of", node}, {"duration_seconds", plan.duration.count()}, {"stuck", plan.stuck}});
  json document{{"schema", "leadline.estimate/v1"},
                {"command", report.command},
                {"verdict", format(report.verdict)},
                {"exit_code", report.exit_code},
                {"path", report.path},
                {"settings", report.settings},
                {"machines", std::move(machines)},
                {"timeouts", std::move(timeouts)},
                {"evacuations", std::move(evacuations)}};
  if (!report.failure.empty()) document["failure"] = report.failure;
  out << text_of(document) << '\n';
}
}  // namespace leadline
