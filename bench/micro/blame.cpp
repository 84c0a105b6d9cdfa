#include "coordinator/blame.hpp"

#include <benchmark/benchmark.h>

#include <vector>

namespace leadline {
namespace {
/// One node that receives nothing, one whose both directions fail, and a lone pair.
void blame_of_large_mesh(benchmark::State& state) {
  auto const nodes = static_cast<int>(state.range(0));
  auto const roster = imagined_roster({{"east", nodes}, {"west", nodes}});
  auto const measured = choose_pairs(Mesh::cross, {}, roster, 0);
  auto const deaf = NodeIndex{1};
  auto const thin = static_cast<NodeIndex>(nodes + 2);
  std::vector<NodePair> failing{{0, static_cast<NodeIndex>(nodes)}};
  for (auto const pair : measured)
    if (pair.target == deaf || pair.source == thin || pair.target == thin) failing.push_back(pair);
  for (auto _ : state)
    if (blame(failing, measured, roster).size() != 3) state.SkipWithError("other causes");
}

BENCHMARK(blame_of_large_mesh)->Arg(50)->Arg(500)->Unit(benchmark::kMillisecond);
}  // namespace
}  // namespace leadline
