#include "coordinator/bulk_round.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace leadline {
namespace {
using namespace std::chrono_literals;

/// Beyond its duration: connecting, the last report, and a busy machine.
constexpr auto lease_margin = 8s;

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

std::string outcome_text(Schedule::End end, Schedule::Fate fate, std::string const& reason) {
  if (end == Schedule::End::measured) return "measured";
  std::string text = "failed: " + reason;
  if (end == Schedule::End::busy) text = "busy";
  if (end == Schedule::End::timed_out) text = "no word in time";
  if (fate == Schedule::Fate::queued_again) text += ", queued again";
  return text;
}
}  // namespace

BulkRound::BulkRound(Survey& survey, Logbook& logbook, Batches& batches, Time now)
    : survey_{survey},
      batches_{batches},
      schedule_{schedule_for(survey, logbook, family_)},
      began_{now},
      total_{schedule_.left()} {}

Schedule BulkRound::schedule_for(Survey& survey, Logbook& logbook,
                                 std::map<NodePair, Family>& family) {
  std::vector<NodePair> pairs;
  for (auto const& aim : logbook.first_aims()) {
    NodePair const pair{.source = aim.source, .target = aim.target};
    auto const why = logbook.blocked(aim);
    if (why.empty()) {
      family.emplace(pair, aim.family);
      pairs.push_back(pair);
      continue;
    }
    logbook.record({.source = aim.source,
                    .target = aim.target,
                    .family = aim.family,
                    .probe = std::string{Bandwidth::name},
                    .status = Status::skipped,
                    .reason = why});
  }
  return Schedule{pairs, kinds_of(survey.plan), survey.nodes.size()};
}

double BulkRound::since_start(Time now) const {
  return std::chrono::duration<double>(now - began_).count();
}

void BulkRound::hand_out(Time now) {
  set_lost_nodes_aside();
  auto const& plan = survey_.plan;
  for (auto test = schedule_.next(now); test; test = schedule_.next(now)) {
    auto batch = batch_of(schedule_.kind(*test), plan);
    batch.targets = {{.peer = test->pair.target, .family = family_.at(test->pair)}};
    auto const id = batches_.hand_out(test->pair.source, std::move(batch));
    leases_.emplace(id, Lease{.test = *test,
                              .until = now + plan.bandwidth_duration + lease_margin,
                              .started_seconds = since_start(now)});
  }
}

void BulkRound::set_lost_nodes_aside() {
  for (std::size_t i = 0; i < survey_.nodes.size(); ++i)
    if (auto const node = static_cast<NodeIndex>(i);
        !survey_.nodes[i].lost.empty() && aside_.insert(node).second)
      schedule_.set_aside(node);
}

bool BulkRound::any_ended() const {
  return std::ranges::any_of(leases_,
                             [&](auto const& lease) { return !batches_.is_out(lease.first); });
}

void BulkRound::take_in(Time now) {
  std::vector<std::uint32_t> ended;
  for (auto const& [id, lease] : leases_)
    if (!batches_.is_out(id) || lease.until <= now) ended.push_back(id);
  for (auto const id : ended) {
    if (batches_.is_out(id)) {
      batches_.abandon(id);
      finish(id, Schedule::End::timed_out, {}, now);
      continue;
    }
    auto const end = batches_.take(id);
    if (end.busy)
      finish(id, Schedule::End::busy, {}, now);
    else if (end.measured > 0)
      finish(id, Schedule::End::measured, {}, now);
    else
      finish(id, Schedule::End::failed, end.lost ? "the agent left" : end.reason, now);
  }
}

void BulkRound::finish(std::uint32_t id, Schedule::End end, std::string const& reason, Time now) {
  auto const lease = leases_.extract(id);
  auto const& [test, until, started_seconds] = lease.mapped();
  auto const fate = schedule_.finish(test, end, now);
  if (fate == Schedule::Fate::settled) ++settled_;
  survey_.schedule.push_back({.source = test.pair.source,
                              .target = test.pair.target,
                              .transport = schedule_.kind(test).transport,
                              .streams = schedule_.kind(test).streams,
                              .started_seconds = started_seconds,
                              .ended_seconds = since_start(now),
                              .outcome = outcome_text(end, fate, reason)});
}

BulkRound::Time BulkRound::look_again(Time now) const {
  auto until = now + 1s;
  if (auto const wake = schedule_.wake_at()) until = std::min(until, *wake);
  for (auto const& [id, lease] : leases_) until = std::min(until, lease.until);
  return until;
}

void BulkRound::close(Time now) {
  for (auto const& test : schedule_.abandoned())
    survey_.schedule.push_back({.source = test.pair.source,
                                .target = test.pair.target,
                                .transport = schedule_.kind(test).transport,
                                .streams = schedule_.kind(test).streams,
                                .started_seconds = since_start(now),
                                .ended_seconds = since_start(now),
                                .outcome = "set aside: one of its nodes failed or left"});
}
}  // namespace leadline
