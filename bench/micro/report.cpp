#include "coordinator/report/report.hpp"

#include "coordinator/report/json.hpp"
#include "coordinator/report/text.hpp"
#include "tests/unit/survey_maker.hpp"

#include <benchmark/benchmark.h>

#include <sstream>

namespace leadline {
namespace {
SurveyMaker with_a_fault(int nodes) {
  SurveyMaker maker{nodes, nodes};
  maker.spoil<PathMtu>([](auto const&, auto const& target) { return target == "east/n1"; },
                       [](Observation& seen, PathMtu::Result& result) {
                         seen.status = Status::warn;
                         result.path_mtu_octets = 1400;
                         result.smallest_lost_octets = 1401;
                       });
  return maker;
}

void decide(benchmark::State& state) {
  auto maker = with_a_fault(static_cast<int>(state.range(0)));
  for (auto _ : state)
    if (make_report(maker.survey(), false).findings.empty()) state.SkipWithError("no finding");
}

void render_text(benchmark::State& state) {
  auto const report = make_report(with_a_fault(static_cast<int>(state.range(0))).survey(), false);
  for (auto _ : state) {
    std::ostringstream out;
    write_text(out, report, false);
    benchmark::DoNotOptimize(out);
  }
}

void render_json(benchmark::State& state) {
  auto const report = make_report(with_a_fault(static_cast<int>(state.range(0))).survey(), false);
  std::size_t octets = 0;
  for (auto _ : state) {
    std::ostringstream out;
    write_json(out, report);
    octets += out.str().size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(octets));
}

BENCHMARK(decide)->Arg(3)->Arg(50)->Unit(benchmark::kMillisecond);
BENCHMARK(render_text)->Arg(3)->Arg(50)->Unit(benchmark::kMillisecond);
BENCHMARK(render_json)->Arg(3)->Arg(50)->Unit(benchmark::kMillisecond);
}  // namespace
}  // namespace leadline
