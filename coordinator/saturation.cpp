#include "coordinator/saturation.hpp"

#include "coordinator/bulk_batch.hpp"
#include "coordinator/matching.hpp"
#include "coordinator/second_look.hpp"
#include "coordinator/symptoms.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace leadline {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

void Saturation::choose() {
  std::vector<NodePair> open;
  for (auto const& aim : logbook_.first_aims()) {
    if (!logbook_.blocked(aim).empty() || !survey_.nodes[aim.source].lost.empty() ||
        !survey_.nodes[aim.target].lost.empty())
      continue;
    open.push_back({.source = aim.source, .target = aim.target});
    family_.emplace(open.back(), aim.family);
  }
  for (auto const& pair : disjoint_pairs(open))
    survey_.saturation.push_back({.source = pair.source, .target = pair.target});
}

asio::awaitable<void> Saturation::run() {
  choose();
  std::span const all{survey_.saturation};
  if (all.size() < 2) co_return;
  auto const alone = std::min(all.size(), most_measured_alone);
  for (std::size_t i = 0; i < alone; ++i) {
    progress_.step("saturation", i, alone + 1, "steps");
    co_await measure(all.subspan(i, 1), &SaturationTest::alone_bits_per_second);
  }
  progress_.step("saturation", alone, alone + 1, "steps");
  co_await measure(all, &SaturationTest::together_bits_per_second);
  progress_.step("saturation", alone + 1, alone + 1, "steps");
}

asio::awaitable<void> Saturation::look_again() {
  survey_.second_looks = second_looks(survey_);
  std::span const looks{survey_.second_looks};
  if (looks.empty()) co_return;
  for (auto const& aim : logbook_.first_aims())
    family_.emplace(NodePair{.source = aim.source, .target = aim.target}, aim.family);
  double before = 0;
  for (auto const& test : survey_.schedule) before = std::max(before, test.ended_seconds);
  auto const began = Clock::now();
  auto const time = [&] {
    return before + std::chrono::duration<double>(Clock::now() - began).count();
  };
  for (std::size_t i = 0; i < looks.size(); ++i) {
    progress_.step("slow pairs by themselves", i, looks.size(), "tests");
    auto const started = time();
    co_await measure(looks.subspan(i, 1), &SaturationTest::alone_bits_per_second,
                     Keep::observation);
    note(looks[i], started, time());
  }
  progress_.step("slow pairs by themselves", looks.size(), looks.size(), "tests");
}

void Saturation::note(SaturationTest const& look, double started_seconds, double ended_seconds) {
  auto const kind = heaviest_kind(survey_.plan);
  survey_.schedule.push_back({.source = look.source,
                              .target = look.target,
                              .transport = kind.transport,
                              .streams = kind.streams,
                              .mode = kind.mode,
                              .started_seconds = started_seconds,
                              .ended_seconds = ended_seconds,
                              .outcome = look.alone_bits_per_second > 0
                                             ? "measured by itself"
                                             : "failed: nothing measured by itself"});
}

asio::awaitable<void> Saturation::measure(std::span<SaturationTest> tests,
                                          double SaturationTest::* into, Keep keep) {
  auto plan = survey_.plan;
  plan.latency_under_load = false;
  for (auto& test : tests) {
    auto batch = bulk_batch(heaviest_kind(plan), plan);
    // One that ended early would leave its share to those that are still measured.
    std::get<Bandwidth>(batch.probes.front()).whole_duration = tests.size() > 1;
    batch.targets = {{.peer = test.target, .family = family_.at({test.source, test.target})}};
    auto* const filled = &test;
    auto* const logbook = keep == Keep::observation ? &logbook_ : nullptr;
    batches_.hand_out(
        test.source, std::move(batch), [filled, into, logbook](Observation const& seen) {
          if (logbook != nullptr) logbook->record(seen);
          if (auto const* result = seen.result && conclusive(seen.status)
                                       ? std::get_if<Bandwidth::Result>(&*seen.result)
                                       : nullptr)
            filled->*into = result->rate_bits_per_second, filled->limit = result->limit;
        });
  }
  auto const deadline = Clock::now() + plan.bandwidth_duration + bulk_lease_margin;
  co_await condition_.wait_until(deadline, [this] { return batches_.count_out() == 0; });
  batches_.abandon_all();
}
}  // namespace leadline
