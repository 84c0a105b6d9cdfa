#include "coordinator/coverage.hpp"

#include "coordinator/bulk_kinds.hpp"
#include "coordinator/pairs.hpp"
#include "coordinator/symptoms.hpp"

#include <fmt/format.h>

#include <algorithm>

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

std::string reason_of(Observation const& seen) {
  auto const status = nlohmann::json(seen.status).get<std::string>();
  return seen.reason.empty() ? status : status + ": " + seen.reason;
}

std::vector<std::string> unmeasured_addresses(Survey const& survey) {
  if (std::ranges::count(survey.plan.stages, Stage::reach) == 0) return {};
  auto addresses = survey.plan.synchronization_addresses;
  for (auto const& seen : survey.node_observations) {
    if (!seen.result || !conclusive(seen.status)) continue;
    if (auto const* result = std::get_if<SyncPort::Result>(&*seen.result))
      std::erase(addresses, result->endpoint);
  }
  return addresses;
}
}  // namespace

std::vector<std::string> gaps(Plan const& plan, PairRecord const& pair) {
  std::vector<std::string> found;
  for (auto const stage : plan.stages) {
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
  return found;
}

Coverage cover(Survey const& survey) {
  Coverage coverage;
  for (auto const& [cluster, nodes] : survey.plan.expect)
    coverage.nodes_expected += static_cast<std::size_t>(nodes);
  auto const here = [&](NodeRecord const& node) {
    return node.lost.empty() && survey.plan.expect.contains(node.name.cluster);
  };
  coverage.addresses_unmeasured = unmeasured_addresses(survey).size();
  coverage.nodes_seen = static_cast<std::size_t>(std::ranges::count_if(survey.nodes, here));
  coverage.pairs_expected = std::max(
      survey.pairs.size(), count_pairs(survey.plan.mesh, survey.plan.pairs, survey.plan.expect));
  coverage.pairs_measured = static_cast<std::size_t>(std::ranges::count_if(
      survey.pairs, [&](PairRecord const& pair) { return gaps(survey.plan, pair).empty(); }));
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
  for (auto const& address : unmeasured_addresses(survey))
    for (std::size_t i = 0; i < survey.nodes.size(); ++i)
      symptoms.on_node("NOT_MEASURED", static_cast<NodeIndex>(i),
                       fmt::format("no node could try the synchronization address {}", address));
  for (auto const& pair : survey.pairs) {
    NodePair const edge{.source = pair.source, .target = pair.target};
    symptoms.saw(Layer::coverage, edge);
    auto const lacking = gaps(survey.plan, pair);
    if (!lacking.empty())
      symptoms.on_edge("NOT_MEASURED", edge,
                       fmt::format("{}: {}", name_of(survey, edge), fmt::join(lacking, "; ")));
    for (auto at = pair.observations.begin(); at != pair.observations.end(); ++at) {
      auto const label = at.label();
      auto const probe = probe_at(label.probe);
      if (label.status != Status::inconclusive || !label.measured) continue;
      if (probe == Latency::name || probe == Bandwidth::name)
        symptoms.on_node("AGENT_STARVED", pair.source,
                         fmt::format("{}: {}: {}", name_of(survey, edge), probe, (*at).reason));
    }
  }
}
}  // namespace leadline
