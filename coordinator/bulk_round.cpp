#include "coordinator/bulk_round.hpp"

#include "coordinator/bulk_batch.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace leadline {
namespace {
using namespace std::chrono_literals;

std::string outcome_text(Schedule::End end, Schedule::Fate fate, std::string const& reason) {
  if (end == Schedule::End::measured)
    return reason.empty() ? "measured" : "inconclusive: " + reason;
  std::string text = "failed: " + reason;
  if (end == Schedule::End::busy) text = "busy";
  if (end == Schedule::End::timed_out) text = "no word in time";
  if (fate == Schedule::Fate::queued_again) text += ", queued again";
  return text;
}
}  // namespace

BulkRound::BulkRound(Survey& survey, Logbook& logbook, Batches& batches, Time now)
    : survey_{survey},
      logbook_{logbook},
      batches_{batches},
      schedule_{schedule_for(survey, logbook, family_)},
      began_{now},
      total_{schedule_.left()} {}

BulkRound::~BulkRound() {
  for (auto const& [id, lease] : leases_) batches_.abandon(id);
}

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
  return Schedule{pairs, bulk_kinds(survey.plan), survey.nodes.size()};
}

double BulkRound::since_start(Time now) const {
  return std::chrono::duration<double>(now - began_).count();
}

void BulkRound::hand_out(Time now) {
  set_lost_nodes_aside();
  auto const& plan = survey_.plan;
  auto const most = static_cast<std::size_t>(plan.most_concurrent);
  while (most == 0 || leases_.size() < most) {
    auto const test = schedule_.next(now);
    if (!test) return;
    auto batch = bulk_batch(schedule_.kind(*test), plan);
    batch.targets = {{.peer = test->pair.target, .family = family_.at(test->pair)}};
    auto heard = std::make_shared<Heard>();
    auto const id = batches_.hand_out(test->pair.source, std::move(batch), file(heard));
    leases_.emplace(id, Lease{.test = *test,
                              .heard = std::move(heard),
                              .until = now + plan.bandwidth_duration + bulk_lease_margin,
                              .started_seconds = since_start(now)});
  }
}

Batches::Sink BulkRound::file(std::shared_ptr<Heard> heard) {
  return [this, heard = std::move(heard)](Observation const& seen) {
    logbook_.record(seen);
    if (seen.probe != Bandwidth::name) return;
    heard->status = seen.status;
    heard->result = seen.result.has_value();
    if (seen.status != Status::ok) heard->reason = seen.reason;
    if (auto const* result = seen.result ? std::get_if<Bandwidth::Result>(&*seen.result) : nullptr)
      last_rate_ = {result->rate_bits_per_second};
  };
}

void BulkRound::set_lost_nodes_aside() {
  for (std::size_t i = 0; i < survey_.nodes.size(); ++i)
    if (auto const node = static_cast<NodeIndex>(i);
        !survey_.nodes[i].lost.empty() && aside_.insert(node).second)
      schedule_.set_aside(node);
}

std::string BulkRound::outlook(Time now) const {
  if (settled_ >= total_) return {};
  if (settled_ == 0) {
    auto const past = std::chrono::floor<std::chrono::seconds>(now - began_);
    return past < 2s ? "" : fmt::format(" (for {} so far)", format(past));
  }
  // What runs has begun when the last one ended, or before.
  auto const left = std::chrono::duration<double>(last_settled_ - began_) *
                        (static_cast<double>(total_ - settled_) / static_cast<double>(settled_)) -
                    (now - last_settled_);
  return fmt::format(" ({} last, about {} left)", format(last_rate_),
                     format(std::max(1s, std::chrono::ceil<std::chrono::seconds>(left))));
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
    auto const heard = leases_.at(id).heard;
    if (end.busy)
      finish(id, Schedule::End::busy, {}, now);
    else if (heard->result && heard->status != Status::fail)
      finish(id, Schedule::End::measured, heard->reason, now);
    else
      finish(id, Schedule::End::failed, end.lost ? "the agent left" : heard->reason, now);
  }
}

void BulkRound::finish(std::uint32_t id, Schedule::End end, std::string const& reason, Time now) {
  auto const lease = leases_.extract(id);
  auto const& test = lease.mapped().test;
  auto const fate = schedule_.finish(test, end, now);
  if (fate == Schedule::Fate::settled) {
    ++settled_;
    last_settled_ = now;
    file_why_not(test, end);
  }
  survey_.schedule.push_back({.source = test.pair.source,
                              .target = test.pair.target,
                              .transport = schedule_.kind(test).transport,
                              .streams = schedule_.kind(test).streams,
                              .mode = schedule_.kind(test).mode,
                              .started_seconds = lease.mapped().started_seconds,
                              .ended_seconds = since_start(now),
                              .outcome = outcome_text(end, fate, reason)});
}

void BulkRound::file_why_not(BulkTest const& test, Schedule::End end) {
  if (end != Schedule::End::busy && end != Schedule::End::timed_out) return;
  logbook_.record({.source = test.pair.source,
                   .target = test.pair.target,
                   .family = family_.at(test.pair),
                   .probe = std::string{Bandwidth::name},
                   .status = Status::inconclusive,
                   .reason = end == Schedule::End::busy
                                 ? "one of the nodes was in another bulk test, each time"
                                 : "no word of the bulk test in time, each time"});
}

BulkRound::Time BulkRound::look_again(Time now) const {
  auto until = now + 1s;
  if (auto const wake = schedule_.wake_at(now)) until = std::min(until, *wake);
  for (auto const& [id, lease] : leases_) until = std::min(until, lease.until);
  return until;
}

void BulkRound::close(Time now) {
  for (auto const& test : schedule_.abandoned())
    survey_.schedule.push_back({.source = test.pair.source,
                                .target = test.pair.target,
                                .transport = schedule_.kind(test).transport,
                                .streams = schedule_.kind(test).streams,
                                .mode = schedule_.kind(test).mode,
                                .started_seconds = since_start(now),
                                .ended_seconds = since_start(now),
                                .outcome = "set aside: one of its nodes failed or left"});
}
}  // namespace leadline
