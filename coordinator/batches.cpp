#include "coordinator/batches.hpp"

#include <spdlog/spdlog.h>

#include <iterator>
#include <utility>

namespace leadline {
namespace {
/// Far more than a batch gives: whoever sends more means no good.
std::size_t room_of(Batch const& batch) {
  return 64 + 4 * (batch.probes.size() + 1) * (batch.targets.size() + 1);
}

constexpr std::size_t longest_reason = 4096;
}  // namespace

std::uint32_t Batches::hand_out(NodeIndex node, Batch batch, Sink sink) {
  auto const id = next_id_++;
  batch.run = run_;
  batch.batch = id;
  out_.emplace(id, Out{.node = node, .sink = std::move(sink), .room = room_of(batch)});
  if (!survey_.nodes.at(node).lost.empty()) {
    end(id, false, true);  // nobody is there who would ever end it
    return id;
  }
  roster_.send(survey_.nodes.at(node).name, batch);
  return id;
}

void Batches::said(NodeIndex node, Observed message) {
  auto const at = out_.find(message.batch);
  if (message.run != run_ || at == out_.end() || at->second.node != node) return;
  for (auto& observation : message.observations) {
    if (observation.source != node) {
      spdlog::warn("{} speaks for another node: ignored", format(survey_.nodes.at(node).name));
      continue;
    }
    if (at->second.room == 0) {
      spdlog::warn("{} tells more than it was asked: ignored", format(survey_.nodes.at(node).name));
      break;
    }
    --at->second.room;
    if (observation.reason.size() > longest_reason) observation.reason.resize(longest_reason);
    if (at->second.sink)
      at->second.sink(observation);
    else if (observation.target == node)
      survey_.node_observations.push_back(std::move(observation));
    else if (logbook_.record(observation))
      ++observations_;
  }
  condition_.notify();
}

void Batches::said(NodeIndex node, BatchDone const& message) {
  auto const at = out_.find(message.batch);
  if (message.run != run_ || at == out_.end() || at->second.node != node) return;
  end(message.batch, message.busy, false);
}

void Batches::left(NodeIndex node) {
  for (auto at = out_.begin(); at != out_.end();) {
    auto const next = std::next(at);
    if (at->second.node == node) end(at->first, false, true);
    at = next;
  }
}

void Batches::end(std::uint32_t id, bool busy, bool lost) {
  out_.erase(id);
  ended_[id] = {.busy = busy, .lost = lost};
  condition_.notify();
}

Batches::Ended Batches::take(std::uint32_t id) {
  auto ended = ended_.extract(id);
  return ended.empty() ? Ended{} : ended.mapped();
}
}  // namespace leadline
