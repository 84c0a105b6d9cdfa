#include "coordinator/schedule.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace leadline {

Schedule::Schedule(std::vector<NodePair> const& pairs, std::vector<BulkKind> kinds,
                   std::size_t nodes)
    : kinds_{std::move(kinds)}, nodes_(nodes), fresh_(nodes * nodes) {
  assert(kinds_.size() <= most_bulk_kinds);
  auto const every_kind = static_cast<std::uint32_t>((std::uint64_t{1} << kinds_.size()) - 1);
  auto const count = static_cast<std::uint32_t>(kinds_.size());
  for (auto const pair : pairs) {
    fresh(pair) = every_kind;
    nodes_[pair.source].as_source += count;
    nodes_[pair.target].as_target += count;
    left_ += count;
  }
  for (std::size_t i = 0; i < nodes; ++i)
    if (nodes_[i].left() > 0) freed_.push_back(static_cast<NodeIndex>(i));
}

std::optional<BulkTest> Schedule::next(Time now) {
  auto test = next_fresh();
  if (!test) test = next_retry(now);
  if (test) start(*test);
  return test;
}

/// A freed node without a match joins the idle ones, so each becoming free costs one look at the
/// free nodes, not a look at all couples of them.
std::optional<BulkTest> Schedule::next_fresh() {
  while (!freed_.empty()) {
    auto const node = take_busiest_freed();
    auto const peer = best_peer(node);
    if (!peer) {
      if (nodes_[node].left() > 0) idle_.push_back(node);
      continue;
    }
    bool const forward = fresh({node, *peer}) != 0;
    return take(forward ? NodePair{node, *peer} : NodePair{*peer, node});
  }
  return std::nullopt;
}

NodeIndex Schedule::take_busiest_freed() {
  auto const busiest =
      std::ranges::max_element(freed_, {}, [&](NodeIndex node) { return nodes_[node].left(); });
  auto const node = *busiest;
  *busiest = freed_.back();
  freed_.pop_back();
  return node;
}

std::optional<NodeIndex> Schedule::best_peer(NodeIndex node) {
  std::optional<NodeIndex> best;
  for (auto const* some : {&freed_, &idle_})
    for (auto const peer : *some)
      if ((fresh({node, peer}) | fresh({peer, node})) != 0 &&
          (!best || nodes_[peer].left() > nodes_[*best].left()))
        best = peer;
  return best;
}

void Schedule::forget_free(NodeIndex node) {
  std::erase(freed_, node);
  std::erase(idle_, node);
}

BulkTest Schedule::take(NodePair pair) {
  auto& kinds = fresh(pair);
  auto const kind = static_cast<std::size_t>(std::countr_zero(kinds));
  kinds &= kinds - 1;
  --nodes_[pair.source].as_source;
  --nodes_[pair.target].as_target;
  return {.pair = pair, .kind = kind};
}

std::optional<BulkTest> Schedule::next_retry(Time now) {
  auto const found = std::ranges::find_if(retries_, [&](Retry const& retry) {
    return retry.not_before <= now && !nodes_[retry.test.pair.source].busy &&
           !nodes_[retry.test.pair.target].busy;
  });
  if (found == retries_.end()) return std::nullopt;
  auto const test = found->test;
  retries_.erase(found);
  return test;
}

void Schedule::start(BulkTest const& test) {
  for (auto const node : {test.pair.source, test.pair.target}) {
    nodes_[node].busy = true;
    forget_free(node);
  }
  --left_;
  ++running_;
}

Schedule::Fate Schedule::finish(BulkTest const& test, End end, Time now) {
  auto const [source, target] = test.pair;
  --running_;
  for (auto const node : {source, target}) {
    nodes_[node].busy = false;
    if (end == End::measured) nodes_[node].failed_with.clear();
    if (nodes_[node].left() > 0) freed_.push_back(node);
  }
  if (end == End::timed_out || end == End::failed) {
    count_failure(source, target);
    count_failure(target, source);
  }
  bool const again = end == End::busy || end == End::timed_out;
  if (!again || tried_again_[test] == retries) return Fate::settled;
  if (nodes_[source].aside || nodes_[target].aside) {
    abandoned_.push_back(test);
    return Fate::settled;
  }
  ++tried_again_[test];
  retries_.push_back({.test = test, .not_before = now + retry_pause});
  ++left_;
  return Fate::queued_again;
}

void Schedule::count_failure(NodeIndex node, NodeIndex partner) {
  auto& failed = nodes_[node].failed_with;
  if (std::ranges::count(failed, partner) == 0) failed.push_back(partner);
  if (failed.size() >= failures_in_a_row) set_aside(node);
}

void Schedule::set_aside(NodeIndex node) {
  if (std::exchange(nodes_[node].aside, true)) return;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    auto const peer = static_cast<NodeIndex>(i);
    for (auto const pair : {NodePair{node, peer}, NodePair{peer, node}}) {
      while (fresh(pair) != 0) {
        abandoned_.push_back(take(pair));
        --left_;
      }
    }
  }
  auto const [first, last] = std::ranges::remove_if(retries_, [&](Retry const& retry) {
    if (retry.test.pair.source != node && retry.test.pair.target != node) return false;
    abandoned_.push_back(retry.test);
    --left_;
    return true;
  });
  retries_.erase(first, last);
}

std::optional<Schedule::Time> Schedule::wake_at(Time now) const {
  std::optional<Time> earliest;
  for (auto const& retry : retries_)
    if (retry.not_before > now && (!earliest || retry.not_before < *earliest))
      earliest = retry.not_before;
  return earliest;
}

bool Schedule::finished() const {
  return left_ == 0 && running_ == 0;
}

std::vector<NodeIndex> Schedule::nodes_set_aside() const {
  std::vector<NodeIndex> aside;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].aside) aside.push_back(static_cast<NodeIndex>(i));
  return aside;
}
}  // namespace leadline
