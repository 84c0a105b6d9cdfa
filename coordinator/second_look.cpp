#include "coordinator/second_look.hpp"

#include "coordinator/symptoms.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace leadline {
namespace {
using Key = std::tuple<NodeIndex, NodeIndex, Transport, int>;

Transport transport_of(ScheduledTest const& test) {
  return test.transport == "tls" ? Transport::tls : Transport::tcp;
}

/// A test that measured something, and when.
struct Run {
  NodePair pair;
  double started{};
  double ended{};
  double rate{};
};

/// In the order in which they started.
std::vector<Run> runs_of(Survey const& survey) {
  std::map<Key, double> rates;
  each_result<Bandwidth>(survey, [&](Observation const& seen, Bandwidth::Result const& result) {
    auto& rate = rates[{seen.source, seen.target, result.transport, result.streams}];
    rate = std::max(rate, result.rate_bits_per_second);
  });
  std::vector<Run> runs;
  for (auto const& test : survey.schedule) {
    auto const found = rates.find({test.source, test.target, transport_of(test), test.streams});
    if (test.outcome != "measured" || found == rates.end()) continue;
    runs.push_back({.pair = {.source = test.source, .target = test.target},
                    .started = test.started_seconds,
                    .ended = test.ended_seconds,
                    .rate = found->second});
  }
  std::ranges::sort(runs, {}, &Run::started);
  return runs;
}

/// All that was sent during most of this run, itself included.
double sent_at_once(std::vector<Run> const& runs, Run const& run, double longest) {
  auto const middle = (run.started + run.ended) / 2;
  double sum = 0;
  for (auto at = std::ranges::lower_bound(runs, middle - longest, {}, &Run::started);
       at != runs.end() && at->started <= middle; ++at)
    if (at->ended >= middle) sum += at->rate;
  return sum;
}

/// The best run of each pair that is too slow at best.
std::map<NodePair, Run> slow_runs(std::vector<Run> const& runs, BitRate wanted) {
  std::map<NodePair, Run> best;
  for (auto const& run : runs)
    if (auto& known = best[run.pair]; run.rate > known.rate) known = run;
  std::erase_if(best, [&](auto const& entry) { return entry.second.rate >= wanted.per_second; });
  return best;
}

/// Takes those first whose nodes stand in the fewest of the pairs that were taken before.
std::vector<SaturationTest> spread(std::vector<SaturationTest> open) {
  std::map<NodeIndex, int> as_source;
  std::map<NodeIndex, int> as_target;
  std::vector<SaturationTest> taken;
  while (!open.empty() && taken.size() < most_second_looks) {
    auto const next = std::ranges::min_element(open, {}, [&](SaturationTest const& test) {
      return as_source[test.source] + as_target[test.target];
    });
    ++as_source[next->source];
    ++as_target[next->target];
    taken.push_back(*next);
    open.erase(next);
  }
  return taken;
}
}  // namespace

std::vector<SaturationTest> second_looks(Survey const& survey) {
  auto const wanted = survey.plan.thresholds.min_bandwidth;
  auto const runs = runs_of(survey);
  double longest = 0;
  for (auto const& run : runs) longest = std::max(longest, run.ended - run.started);
  std::vector<SaturationTest> open;
  for (auto const& [pair, run] : slow_runs(runs, wanted))
    if (sent_at_once(runs, run, longest) >= wanted.per_second)
      open.push_back({.source = pair.source,
                      .target = pair.target,
                      .alone_bits_per_second = 0,
                      .together_bits_per_second = run.rate});
  return spread(std::move(open));
}

bool shares_a_full_link(Survey const& survey, NodeIndex source, NodeIndex target) {
  auto const cluster = [&](NodeIndex node) { return survey.nodes[node].name.cluster; };
  bool source_seen = false;
  bool target_seen = false;
  for (auto const& look : survey.second_looks) {
    if (cluster(look.source) != cluster(source) || cluster(look.target) != cluster(target))
      continue;
    if (look.alone_bits_per_second < survey.plan.thresholds.min_bandwidth.per_second) return false;
    source_seen = source_seen || look.source == source;
    target_seen = target_seen || look.target == target;
  }
  return source_seen && target_seen;
}
}  // namespace leadline
