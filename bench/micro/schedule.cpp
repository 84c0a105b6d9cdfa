#include "coordinator/schedule.hpp"

#include <benchmark/benchmark.h>

#include <deque>
#include <vector>

namespace leadline {
namespace {
/// Hands out and takes back every test of one kind between two clusters of so many nodes, one
/// direction: what the matching itself costs.
void match_all_tests(benchmark::State& state) {
  auto const nodes = static_cast<std::size_t>(state.range(0));
  std::vector<NodePair> pairs;
  for (std::size_t a = 0; a < nodes; ++a)
    for (std::size_t b = 0; b < nodes; ++b)
      pairs.push_back({static_cast<NodeIndex>(a), static_cast<NodeIndex>(nodes + b)});
  for (auto _ : state) {
    Schedule schedule{pairs, {{.transport = "tcp", .streams = 1}}, 2 * nodes};
    std::deque<BulkTest> running;
    std::size_t settled = 0;
    while (!schedule.finished()) {
      for (auto test = schedule.next({}); test; test = schedule.next({})) running.push_back(*test);
      schedule.finish(running.front(), Schedule::End::measured, {});
      running.pop_front();
      ++settled;
    }
    if (settled != pairs.size()) state.SkipWithError("tests were lost");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(pairs.size()) * state.iterations());
}

BENCHMARK(match_all_tests)->Arg(50)->Arg(500)->Unit(benchmark::kMillisecond);
}  // namespace
}  // namespace leadline
