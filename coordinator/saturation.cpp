#include "coordinator/saturation.hpp"

#include "coordinator/bulk_batch.hpp"
#include "coordinator/matching.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

namespace leadline {
namespace {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

/// Runs one test on each of these pairs, all at once; `into` chooses which figure it fills.
asio::awaitable<void> run_at_once(Survey& survey, Batches& batches, Condition& condition,
                                  std::map<NodePair, Family> const& family,
                                  std::span<SaturationTest> tests, double SaturationTest::* into) {
  auto plan = survey.plan;
  plan.latency_under_load = false;
  for (auto& test : tests) {
    auto batch = bulk_batch(heaviest_kind(plan), plan);
    batch.targets = {{.peer = test.target, .family = family.at({test.source, test.target})}};
    auto* const rate = &(test.*into);
    batches.hand_out(test.source, std::move(batch), [rate](Observation const& seen) {
      if (auto const* result =
              seen.result ? std::get_if<Bandwidth::Result>(&*seen.result) : nullptr)
        *rate = result->rate_bits_per_second;
    });
  }
  auto const deadline = Clock::now() + plan.bandwidth_duration + bulk_lease_margin;
  co_await condition.wait_until(deadline, [&] { return batches.count_out() == 0; });
  batches.abandon_all();
}
}  // namespace

asio::awaitable<void> saturate(Survey& survey, Logbook& logbook, Batches& batches,
                               Condition& condition, Progress& progress) {
  std::map<NodePair, Family> family;
  std::vector<NodePair> open;
  for (auto const& aim : logbook.first_aims()) {
    if (!logbook.blocked(aim).empty()) continue;
    open.push_back({.source = aim.source, .target = aim.target});
    family.emplace(open.back(), aim.family);
  }
  for (auto const& pair : disjoint_pairs(open))
    if (survey.nodes[pair.source].lost.empty() && survey.nodes[pair.target].lost.empty())
      survey.saturation.push_back({.source = pair.source, .target = pair.target});
  std::span const all{survey.saturation};
  if (all.size() < 2) co_return;
  auto const alone = std::min(all.size(), most_alone);
  for (std::size_t i = 0; i < alone; ++i) {
    progress.step("saturation", i, alone + 1, "steps");
    co_await run_at_once(survey, batches, condition, family, all.subspan(i, 1),
                         &SaturationTest::alone_bits_per_second);
  }
  progress.step("saturation", alone, alone + 1, "steps");
  co_await run_at_once(survey, batches, condition, family, all,
                       &SaturationTest::together_bits_per_second);
  progress.step("saturation", alone + 1, alone + 1, "steps");
}
}  // namespace leadline
