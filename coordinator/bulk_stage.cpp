// Campaign's last stage: bulk tests, handed out one by one as nodes become free.
#include "coordinator/campaign.hpp"
#include "coordinator/schedule.hpp"
#include "probes/core/within.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::vector<BulkKind> kinds_of(Plan const& plan) {
  std::vector<BulkKind> kinds;
  for (auto const& transport : plan.transports)
    for (auto const streams : plan.streams)
      kinds.push_back({.transport = transport, .streams = streams});
  return kinds;
}

/// The heaviest kind is measured with latency beside it: that is bufferbloat.
bool loads_most(BulkKind const& kind, Plan const& plan) {
  return kind.transport == plan.transports.front() &&
         kind.streams == *std::ranges::max_element(plan.streams);
}

Batch batch_of(BulkKind const& kind, Plan const& plan) {
  Bandwidth const bulk{.transport = kind.transport == "tls" ? Transport::tls : Transport::tcp,
                       .streams = kind.streams,
                       .duration_ms = plan.bandwidth_duration,
                       .rate_limit_bits_per_second = plan.max_rate,
                       .byte_limit_bytes = plan.max_bytes};
  Batch batch{.probes = {bulk}, .together = true};
  if (loads_most(kind, plan))
    // Shorter than the test at its shortest, so that the load is there all the time.
    batch.probes.emplace_back(Latency{.duration_ms = std::min(bulk.duration_ms, 800ms),
                                      .interval_us = plan.latency_interval,
                                      .under_load = true});
  return batch;
}

/// A test that is out, and until when its nodes are its own.
struct Lease {
  BulkTest test;
  Clock::time_point until;
  ScheduledTest row;
};

double seconds(Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

std::string outcome_text(Schedule::End end, Schedule::Fate fate, std::string const& reason) {
  if (end == Schedule::End::measured) return "measured";
  auto text = end == Schedule::End::busy        ? std::string{"busy"}
              : end == Schedule::End::timed_out ? std::string{"no word in time"}
                                                : "failed: " + reason;
  if (fate == Schedule::Fate::queued_again) text += ", queued again";
  return text;
}
}  // namespace

asio::awaitable<void> Campaign::bulk_stage() {
  auto const& plan = survey_.plan;
  auto const kinds = kinds_of(plan);
  std::map<NodePair, Family> family;
  std::vector<NodePair> pairs;
  for (auto const& aim : logbook_.first_aims()) {
    NodePair const pair{.source = aim.source, .target = aim.target};
    auto const why = logbook_.blocked(aim);
    if (why.empty()) {
      family.emplace(pair, aim.family);
      pairs.push_back(pair);
    } else {
      logbook_.record({.source = aim.source, .target = aim.target, .family = aim.family,
                       .probe = std::string{Bandwidth::name}, .status = Status::skipped,
                       .reason = why});
    }
  }
  Schedule schedule{pairs, kinds, survey_.nodes.size()};
  auto const total = schedule.left();
  auto const began = Clock::now();
  std::map<std::uint32_t, Lease> leases;
  std::size_t settled = 0;

  auto const finish = [&](std::uint32_t id, Schedule::End end, std::string const& reason) {
    auto lease = leases.extract(id);
    auto const fate = schedule.finish(lease.mapped().test, end, Clock::now());
    if (fate == Schedule::Fate::settled) ++settled;
    auto& row = lease.mapped().row;
    row.ended_seconds = seconds(Clock::now() - began);
    row.outcome = outcome_text(end, fate, reason);
    survey_.schedule.push_back(std::move(row));
  };

  while (!schedule.finished()) {
    for (auto test = schedule.next(Clock::now()); test; test = schedule.next(Clock::now())) {
      auto const& kind = schedule.kind(*test);
      auto batch = batch_of(kind, plan);
      batch.targets = {{.peer = test->pair.target, .family = family.at(test->pair)}};
      auto const id = batches_.hand_out(test->pair.source, std::move(batch));
      leases.emplace(id, Lease{.test = *test,
                               .until = Clock::now() + plan.bandwidth_duration + 8s,
                               .row = {.source = test->pair.source,
                                       .target = test->pair.target,
                                       .transport = kind.transport,
                                       .streams = kind.streams,
                                       .started_seconds = seconds(Clock::now() - began)}});
    }
    progress_.step("bandwidth", settled, total, "tests");
    auto until = Clock::now() + 1s;
    if (auto const wake = schedule.wake_at()) until = std::min(until, *wake);
    for (auto const& [id, lease] : leases) until = std::min(until, lease.until);
    co_await condition_.wait_until(until, [&] {
      return std::ranges::any_of(leases, [&](auto const& out) { return !batches_.is_out(out.first); });
    });
    std::vector<std::uint32_t> ended;
    for (auto const& [id, lease] : leases)
      if (!batches_.is_out(id) || lease.until <= Clock::now()) ended.push_back(id);
    for (auto const id : ended) {
      if (batches_.is_out(id)) {
        batches_.abandon(id);
        finish(id, Schedule::End::timed_out, {});
        continue;
      }
      auto const end = batches_.take(id);
      if (end.lost) schedule.set_aside(leases.at(id).test.pair.source);
      finish(id,
             end.busy           ? Schedule::End::busy
             : end.measured > 0 ? Schedule::End::measured
                                : Schedule::End::failed,
             end.lost ? "the agent left" : end.reason);
    }
  }
  progress_.step("bandwidth", total, total, "tests");
  for (auto const& test : schedule.abandoned())
    survey_.schedule.push_back({.source = test.pair.source,
                                .target = test.pair.target,
                                .transport = schedule.kind(test).transport,
                                .streams = schedule.kind(test).streams,
                                .started_seconds = seconds(Clock::now() - began),
                                .ended_seconds = seconds(Clock::now() - began),
                                .outcome = "set aside: one of its nodes failed or left"});
}
}  // namespace leadline
