#include "probes/path_mtu_search.hpp"

#include <benchmark/benchmark.h>

namespace leadline {
namespace {
/// A whole search on a path that carries packets up to `limit` and says nothing about larger ones.
void search_path_mtu(benchmark::State& state) {
  auto const limit = static_cast<std::uint32_t>(state.range(0));
  int rounds = 0;
  for (auto _ : state) {
    PathMtuSearch search{Family::ipv4, 64, 9000};
    for (auto round = search.next(); !round.sizes.empty(); round = search.next()) {
      PathMtuSearch::Outcome outcome;
      for (auto const size : round.sizes)
        if (size <= limit) outcome.confirmed.insert(size);
      search.learn(round, outcome);
    }
    if (search.largest_confirmed() != limit) state.SkipWithError("found another size");
    rounds = search.rounds();
  }
  state.counters["rounds"] = rounds;
}

BENCHMARK(search_path_mtu)->Arg(9000)->Arg(1500)->Arg(1450)->Arg(7321);
}  // namespace
}  // namespace leadline
