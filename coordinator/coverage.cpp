#include "coordinator/coverage.hpp"

#include "coordinator/bulk_kinds.hpp"
#include "coordinator/node_gaps.hpp"
#include "coordinator/pairs.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/bulk_limit.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
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

}  // namespace

std::size_t measured_kinds(Plan const& plan, PairRecord const& pair) {
  std::map<std::tuple<Transport, int, BulkMode>, int> times;
  each_result<Bandwidth>(pair, [&](Observation const&, Bandwidth::Result const& result) {
    bool const stalled = result.rate_bits_per_second <= 0 ||
                         (result.reverse && result.reverse->rate_bits_per_second <= 0);
    if (!stalled) ++times[{result.transport, result.streams, result.mode}];
  });
  int sum = 0;
  for (auto const& [kind, count] : times) sum += std::min(count, plan.repeat);
  return static_cast<std::size_t>(sum);
}

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
        if (conclusive(label.status) && label.measured && (!again || label.status != Status::fail))
          ++measured;
        else
          reason = reason_of(*at);
      }
      if (again) {
        measured = measured_kinds(plan, pair);
        if (measured > 0 && reason.empty())
          reason = fmt::format("{} of {} tests measured", measured, wanted);
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
/// Whose agent came too late to its packets. A full queue or a low cap are no lack of processor.
std::optional<NodeIndex> starved(Observation const& seen) {
  if (!seen.result) return std::nullopt;
  if (auto const* bulk = std::get_if<Bandwidth::Result>(&*seen.result)) {
    auto const back = bulk->reverse ? std::string_view{bulk->reverse->limit} : std::string_view{};
    if (bulk->limit == sender_starved || back == receiver_starved) return seen.source;
    if (bulk->limit == receiver_starved || back == sender_starved) return seen.target;
  }
  if (auto const* latency = std::get_if<Latency::Result>(&*seen.result);
      latency != nullptr && latency->sent > 0 && latency->local_drops == 0)
    return may_be_lost_by_peer(*latency) ? seen.target : seen.source;
  return std::nullopt;
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
  // One more than expected in one cluster does not stand for one that is missing in the other.
  for (auto const& [cluster, nodes] : survey.plan.expect) {
    auto const expected = static_cast<std::size_t>(nodes);
    auto const here = std::ranges::count_if(survey.nodes, [&](NodeRecord const& node) {
      return node.lost.empty() && node.name.cluster == cluster;
    });
    coverage.nodes_expected += expected;
    coverage.nodes_seen += std::min(expected, static_cast<std::size_t>(here));
  }
  std::set<NodeIndex> lacking;
  for (auto const& gap : node_gaps(survey)) lacking.insert(gap.node);
  coverage.nodes_lacking = lacking.size();
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
  for (auto const& [node, sentence] : node_gaps(survey))
    symptoms.on_node("NOT_MEASURED", node, name_of(survey, node) + ": " + sentence);
  for (auto const& pair : survey.pairs) {
    NodePair const edge{.source = pair.source, .target = pair.target};
    symptoms.saw(Layer::coverage, edge);
    auto const lacking = lacks(survey.plan, pair);
    if (!lacking.empty())
      symptoms.on_edge("NOT_MEASURED", edge,
                       fmt::format("{}: {}", name_of(survey, edge), fmt::join(lacking, "; ")));
    for (auto at = pair.observations.begin(); at != pair.observations.end(); ++at) {
      if (at.label().status != Status::inconclusive || !at.label().measured) continue;
      auto const seen = *at;
      if (auto const node = starved(seen))
        symptoms.on_node("AGENT_STARVED", *node,
                         fmt::format("{}: {}: {}", name_of(survey, edge), seen.probe, seen.reason));
    }
  }
}
}  // namespace leadline
