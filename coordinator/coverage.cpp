#include "coordinator/coverage.hpp"

#include "coordinator/bulk_kinds.hpp"
#include "coordinator/pairs.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
/// What every pair must have had in a stage.
std::vector<std::string_view> probes_of(Stage stage) {
  switch (stage) {
    case Stage::facts:
    case Stage::layer2:  // of nodes, not of pairs; what it cannot see the others still measure
      return {};
    case Stage::reach:
      return {Reach::name};
    case Stage::tls:
      return {TlsHandshake::name};
    case Stage::path_mtu:
      return {PathMtu::name, TcpPush::name};
    case Stage::latency:
      return {Latency::name};
    case Stage::bandwidth:
      return {Bandwidth::name};
  }
  return {};
}

/// Where the rate of a pair's tests is kept below what the plan wants of the network, that it
/// carries the one says nothing of the other.
std::string hidden_by_cap(Plan const& plan, PairRecord const& pair) {
  double best = 0;
  bool capped = false;
  each_result<Bandwidth>(pair, [&](Observation const&, Bandwidth::Result const& result) {
    best = std::max(best, result.rate_bits_per_second);
    capped = capped || result.limit == "rate_limit";
  });
  if (!capped || best >= plan.thresholds.min_bandwidth.per_second) return {};
  return fmt::format(
      "{}: a cap (--max-rate of the run or of an agent) kept it at {}, and the plan wants {}: "
      "raise "
      "the cap, or lower min_bandwidth",
      Bandwidth::name, format(BitRate{best}), format(plan.thresholds.min_bandwidth));
}

std::string reason_of(Observation const& seen) {
  auto const status = nlohmann::json(seen.status).get<std::string>();
  return seen.reason.empty() ? status : status + ": " + seen.reason;
}

/// Which nodes could not try which synchronization addresses: the controller may run on any node,
/// so one node's attempt says nothing about another's.
std::vector<std::pair<NodeIndex, std::string>> untried_addresses(Survey const& survey) {
  auto const& addresses = survey.plan.synchronization_addresses;
  if (addresses.empty() || std::ranges::count(survey.plan.stages, Stage::reach) == 0) return {};
  std::set<std::pair<NodeIndex, std::string_view>> tried;
  for (auto const& seen : survey.node_observations) {
    if (!seen.result || !conclusive(seen.status)) continue;
    if (auto const* result = std::get_if<SyncPort::Result>(&*seen.result))
      tried.emplace(seen.source, result->endpoint);
  }
  std::vector<std::pair<NodeIndex, std::string>> untried;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    for (auto const& address : addresses)
      if (auto const node = static_cast<NodeIndex>(i); !tried.contains({node, address}))
        untried.emplace_back(node, address);
  return untried;
}

/// What the node said instead, where it said something: a skipped attempt names its address.
std::string why_untried(Survey const& survey, NodeIndex node, std::string const& address) {
  for (auto const& seen : survey.node_observations)
    if (seen.source == node && seen.probe == SyncPort::name && !conclusive(seen.status) &&
        seen.reason.find(address) != std::string::npos)
      return ": " + reason_of(seen);
  return {};
}
}  // namespace

std::vector<std::string> gaps(Plan const& plan, PairRecord const& pair) {
  std::vector<std::string> found;
  bool any = false;
  for (auto const stage : plan.stages) {
    any = any || !probes_of(stage).empty();
    // A bandwidth test may have come again: it counts what was measured, not what was not.
    bool const again = stage == Stage::bandwidth;
    auto const wanted = again ? bulk_kinds(plan).size() : 1;
    for (auto const probe : probes_of(stage)) {
      std::size_t measured = 0;
      std::string reason;
      for (auto at = pair.observations.begin(); at != pair.observations.end(); ++at) {
        auto const label = at.label();
        if (probe_at(label.probe) != probe) continue;
        if (conclusive(label.status) && label.measured)
          ++measured;
        else
          reason = reason_of(*at);
      }
      if (measured < wanted || (!again && !reason.empty()))
        found.push_back(fmt::format("{}: {}", probe, reason.empty() ? "no observation" : reason));
    }
  }
  if (!any)
    found.emplace_back("the stages asked for let no node speak to another: add reach at least");
  return found;
}

namespace {
/// The agent came too late to its own packets. A full queue or a low cap are no lack of processor.
bool starved(Observation const& seen) {
  if (!seen.result) return false;
  constexpr std::string_view late = "starved";
  if (auto const* bulk = std::get_if<Bandwidth::Result>(&*seen.result))
    return bulk->limit == late || (bulk->reverse && bulk->reverse->limit == late);
  if (auto const* latency = std::get_if<Latency::Result>(&*seen.result))
    return latency->sent > 0 && latency->local_drops == 0;
  return false;
}

/// What keeps a verdict from being given on the pair.
std::vector<std::string> lacks(Plan const& plan, PairRecord const& pair) {
  auto found = gaps(plan, pair);
  if (auto hidden = hidden_by_cap(plan, pair); !hidden.empty()) found.push_back(std::move(hidden));
  return found;
}
}  // namespace

Coverage cover(Survey const& survey) {
  Coverage coverage;
  for (auto const& [cluster, nodes] : survey.plan.expect)
    coverage.nodes_expected += static_cast<std::size_t>(nodes);
  auto const here = [&](NodeRecord const& node) {
    return node.lost.empty() && survey.plan.expect.contains(node.name.cluster);
  };
  std::set<std::string> unmeasured;
  for (auto const& [node, address] : untried_addresses(survey)) unmeasured.insert(address);
  coverage.addresses_unmeasured = unmeasured.size();
  coverage.nodes_seen = static_cast<std::size_t>(std::ranges::count_if(survey.nodes, here));
  coverage.pairs_expected = std::max(
      survey.pairs.size(), count_pairs(survey.plan.mesh, survey.plan.pairs, survey.plan.expect));
  coverage.pairs_measured = static_cast<std::size_t>(std::ranges::count_if(
      survey.pairs, [&](PairRecord const& pair) { return lacks(survey.plan, pair).empty(); }));
  return coverage;
}

void read_agents(Survey const& survey, Symptoms& symptoms) {
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    if (auto const& lost = survey.nodes[i].lost; !lost.empty()) {
      auto const node = static_cast<NodeIndex>(i);
      symptoms.on_node("AGENT_MISSING", node,
                       fmt::format("{} left during the run: {}", name_of(survey, node), lost));
    }
}

void read_coverage(Survey const& survey, Symptoms& symptoms) {
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    if (auto const& why = survey.nodes[i].unprepared; !why.empty()) {
      auto const node = static_cast<NodeIndex>(i);
      symptoms.on_node(
          "NOT_MEASURED", node,
          fmt::format("{}: the agent could not get ready: {}", name_of(survey, node), why));
    }
  for (auto const& [node, address] : untried_addresses(survey))
    symptoms.on_node(
        "NOT_MEASURED", node,
        fmt::format("{}: the synchronization address {} was not tried{}", name_of(survey, node),
                    address, why_untried(survey, node, address)));
  for (auto const& pair : survey.pairs) {
    NodePair const edge{.source = pair.source, .target = pair.target};
    symptoms.saw(Layer::coverage, edge);
    auto const lacking = lacks(survey.plan, pair);
    if (!lacking.empty())
      symptoms.on_edge("NOT_MEASURED", edge,
                       fmt::format("{}: {}", name_of(survey, edge), fmt::join(lacking, "; ")));
    for (auto at = pair.observations.begin(); at != pair.observations.end(); ++at) {
      if (at.label().status != Status::inconclusive || !at.label().measured) continue;
      if (auto const seen = *at; starved(seen))
        symptoms.on_node("AGENT_STARVED", pair.source,
                         fmt::format("{}: {}: {}", name_of(survey, edge), seen.probe, seen.reason));
    }
  }
}
}  // namespace leadline
