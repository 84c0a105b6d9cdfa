#include "coordinator/estimate/machine_estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace leadline {
namespace {
using Verdict = Estimate::Verdict;

Question with_settings(Question question, MigrationSettings const& settings) {
  question.limit = settings.bandwidth_per_migration;
  question.auto_converge = question.auto_converge || settings.allow_auto_converge;
  question.post_copy = question.post_copy || settings.allow_post_copy;
  question.completion_timeout_per_gib = settings.completion_timeout_per_gib;
  return question;
}

Question about(Machine const& machine, Question question) {
  question.workload.memory = machine.memory;
  question.workload.disk = machine.disk;
  question.guest_memory = machine.memory;
  question.workload.working_set = std::min(question.workload.working_set, machine.memory);
  return question;
}

/// What is needed to tell whether a policy holds.
std::string_view what_tells(Machine const& machine) {
  return machine.labels.all ? "its namespace's labels tell: oc get namespaces -o yaml"
                            : "give the VM's object with --vmi";
}

std::string doubt_of(Machine const& machine, Question const& question, Verdict verdict,
                     GoverningSettings const& settings) {
  for (auto const& [policy, strictest] : settings.doubts)
    if (estimate(with_settings(question, strictest)).verdict != verdict)
      return fmt::format("whether {} holds for {} is not known, and the answer hangs on it: {}",
                         policy, machine.name, what_tells(machine));
  return {};
}
}  // namespace

MachineEstimate estimate_machine(Machine const& machine, Question asked, MigrationPath const& path,
                                 GoverningSettings const& settings) {
  asked = about(machine, asked);
  auto const& bandwidth = machine.single_stream ? path.single : path.usual;
  take_bandwidth(bandwidth, asked);
  auto const question = with_settings(asked, settings.strictest);
  MachineEstimate result{.name = machine.name,
                         .node = machine.node,
                         .streams = bandwidth.streams,
                         .question = question,
                         .answer = estimate(question),
                         .policies = settings.policies,
                         .possible = {},
                         .doubt = {},
                         .by_streams = compare_streams(question, path.both)};
  auto& verdict = result.answer.verdict;
  for (auto const& doubt : settings.doubts) result.possible.push_back(doubt.policy);
  if (verdict != Verdict::uncertain) result.doubt = doubt_of(machine, asked, verdict, settings);
  if (verdict == Verdict::in_time && machine.single_stream && path.single_is_guessed)
    result.doubt =
        fmt::format("{} has one stream (CPU limits or dedicated CPUs), and only {} were measured",
                    machine.name, bandwidth.streams);
  if (result.doubt.empty()) return result;
  verdict = Verdict::uncertain;
  for (auto& row : result.by_streams) row.answer.verdict = Verdict::uncertain;
  return result;
}
}  // namespace leadline
