#include "coordinator/node_gaps.hpp"

#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
/// What the node said instead, where it said something: a skipped attempt names its address.
std::string why_untried(Survey const& survey, NodeIndex node, std::string const& address) {
  for (auto const& seen : survey.node_observations)
    if (seen.source == node && seen.probe == SyncPort::name && !conclusive(seen.status) &&
        seen.reason.find(address) != std::string::npos)
      return ": " + reason_of(seen);
  return {};
}

/// The synchronization controller may run on any node, so one node's attempt says nothing about
/// another's.
void add_untried_addresses(Survey const& survey, std::vector<NodeGap>& gaps) {
  auto const& addresses = survey.plan.synchronization_addresses;
  if (addresses.empty() || std::ranges::count(survey.plan.stages, Stage::reach) == 0) return;
  std::set<std::pair<NodeIndex, std::string_view>> tried;
  for (auto const& seen : survey.node_observations) {
    if (!seen.result || !conclusive(seen.status)) continue;
    if (auto const* result = std::get_if<SyncPort::Result>(&*seen.result))
      tried.emplace(seen.source, result->endpoint);
  }
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    for (auto const& address : addresses)
      if (auto const node = static_cast<NodeIndex>(i); !tried.contains({node, address}))
        gaps.push_back({.node = node,
                        .sentence = fmt::format("the synchronization address {} was not tried{}",
                                                address, why_untried(survey, node, address))});
}

/// A bridge tells the speed of its fastest port, be it one that leads to a pod.
bool tells_of_the_wire(HostLink const& link) {
  return link.speed_bits_per_second > 0 && link.kind != "bridge" &&
         (link.role == LinkRole::uplink || link.role == LinkRole::member ||
          link.role == LinkRole::parent);
}

/// The nodes of which some link on the way to the wire told how fast it runs.
std::set<NodeIndex> of_known_speed(Survey const& survey) {
  std::set<NodeIndex> known;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    if (auto const& facts = survey.nodes[i].facts;
        facts && facts->interface.speed_bits_per_second > 0)
      known.insert(static_cast<NodeIndex>(i));
  for (auto const& seen : survey.node_observations) {
    if (!seen.result) continue;
    auto const* host = std::get_if<HostView::Result>(&*seen.result);
    if (host != nullptr && std::ranges::any_of(host->chain, tells_of_the_wire))
      known.insert(seen.source);
  }
  return known;
}

/// What kept the node from looking at its host, if anything did.
std::string why_untold(Survey const& survey, NodeIndex node) {
  for (auto const& seen : survey.node_observations)
    if (seen.source == node && seen.probe == HostView::name && !conclusive(seen.status))
      return ": " + reason_of(seen);
  return {};
}

/// Without layer 2 a link that does not tell by itself is left out, as that stage is.
void add_untold_speeds(Survey const& survey, std::vector<NodeGap>& gaps) {
  auto const& expected = survey.plan.thresholds.expected_link_speed;
  if (expected.per_second <= 0 || std::ranges::count(survey.plan.stages, Stage::layer2) == 0)
    return;
  auto const known = of_known_speed(survey);
  for (std::size_t i = 0; i < survey.nodes.size(); ++i) {
    auto const node = static_cast<NodeIndex>(i);
    auto const& facts = survey.nodes[i].facts;
    if (!facts || !facts->interface.present || known.contains(node)) continue;
    gaps.push_back(
        {.node = node,
         .sentence = fmt::format(
             "the plan expects a link of {}, and no driver tells what {} or the links below it run "
             "at{}. Where none can, take expected_link_speed out of the plan",
             format(expected), facts->interface.name, why_untold(survey, node))});
  }
}
}  // namespace

std::vector<NodeGap> node_gaps(Survey const& survey) {
  std::vector<NodeGap> gaps;
  add_untried_addresses(survey, gaps);
  add_untold_speeds(survey, gaps);
  return gaps;
}
}  // namespace leadline
