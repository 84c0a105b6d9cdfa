#include "coordinator/observations.hpp"
#include "probes/wire/message.hpp"
#include "tests/unit/survey_maker.hpp"

#include <benchmark/benchmark.h>

#include <memory>

namespace leadline {
namespace {
/// Everything that is seen on one healthy pair: the ten observations of a check.
Observed whole_pair() {
  SurveyMaker maker;
  Observed message{.run = 1, .batch = 2};
  for (auto const& seen : maker.survey().pairs.front().observations)
    message.observations.push_back(seen);
  return message;
}

void encode_observed(benchmark::State& state) {
  AgentMessage const message = whole_pair();
  std::size_t octets = 0;
  for (auto _ : state) octets += encode(message).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(octets));
}

void decode_observed(benchmark::State& state) {
  auto const text = encode(AgentMessage{whole_pair()});
  for (auto _ : state)
    if (!decode_agent_message(text)) state.SkipWithError("not decoded");
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}

void pack_observations(benchmark::State& state) {
  auto const message = whole_pair();
  auto const dictionary = std::make_shared<Dictionary>();
  for (auto _ : state) {
    Observations kept{dictionary};
    for (auto const& seen : message.observations) kept.push_back(seen);
    benchmark::DoNotOptimize(kept);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(message.observations.size()) *
                          state.iterations());
}

void unpack_observations(benchmark::State& state) {
  auto const message = whole_pair();
  Observations kept;
  for (auto const& seen : message.observations) kept.push_back(seen);
  for (auto _ : state)
    for (auto seen : kept) benchmark::DoNotOptimize(seen);
  state.SetItemsProcessed(static_cast<std::int64_t>(message.observations.size()) *
                          state.iterations());
}

BENCHMARK(encode_observed);
BENCHMARK(decode_observed);
BENCHMARK(pack_observations);
BENCHMARK(unpack_observations);
}  // namespace
}  // namespace leadline
