#include "coordinator/estimate/evacuation.hpp"

#include <algorithm>
#include <utility>

namespace leadline {
namespace {
struct Running {
  std::string node;
  double end;
};

/// How many of the node's may be under way at a time: the fewer, the more each gets.
long beside_each_other(std::string const& node, std::vector<Evacuee> const& evacuees,
                       EvacuationLimits const& limits) {
  auto const there = std::ranges::count(evacuees, node, &Evacuee::node);
  return std::max(1L, std::min({static_cast<long>(there), limits.parallel_outbound_per_node,
                                limits.parallel_per_cluster}));
}
}  // namespace

EvacuationPlan evacuate(std::vector<Evacuee> const& evacuees, EvacuationLimits const& limits,
                        Outlook outlook) {
  EvacuationPlan plan;
  std::vector<Running> running;
  auto waiting = evacuees;
  double now = 0;
  while (!waiting.empty() || !running.empty()) {
    auto const next = std::ranges::find_if(waiting, [&](Evacuee const& evacuee) {
      return static_cast<long>(running.size()) < std::max(1L, limits.parallel_per_cluster) &&
             std::ranges::count(running, evacuee.node, &Running::node) <
                 std::max(1L, limits.parallel_outbound_per_node);
    });
    if (next == waiting.end()) {
      auto const first = std::ranges::min_element(running, {}, &Running::end);
      now = first->end;
      running.erase(first);
      continue;
    }
    auto question = next->question;
    question.side_by_side = static_cast<int>(beside_each_other(next->node, evacuees, limits));
    auto const course = forecast(question, outlook);
    if (succeeds(course))
      running.push_back({next->node, now + course.duration.count()});
    else
      plan.stuck.push_back(next->name);
    waiting.erase(next);
  }
  plan.duration = Seconds{now};
  return plan;
}

Evacuation evacuate(std::string of, std::vector<Evacuee> const& evacuees,
                    EvacuationLimits const& limits) {
  return {.of = std::move(of),
          .best = evacuate(evacuees, limits, Outlook::best),
          .likely = evacuate(evacuees, limits, Outlook::likely),
          .worst = evacuate(evacuees, limits, Outlook::worst)};
}
}  // namespace leadline
