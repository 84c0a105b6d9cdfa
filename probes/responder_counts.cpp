#include "probes/responder_counts.hpp"

namespace leadline {

PeerCount& ResponderCounts::of(NodeIndex from, Family family) {
  auto& count = peers_[{from, family}];
  count.from = from;
  count.family = family;
  return count;
}

std::vector<PeerCount> ResponderCounts::peers() const {
  std::vector<PeerCount> counts;
  counts.reserve(peers_.size());
  for (auto const& [key, count] : peers_) counts.push_back(count);
  return counts;
}

std::vector<LostAnswer> ResponderCounts::lost_answers() const {
  std::vector<LostAnswer> lost;
  lost.reserve(lost_.size());
  for (auto const& [key, answer] : lost_) lost.push_back(answer);
  return lost;
}

void Askers::asked(Endpoint const& from, NodeIndex who) {
  if (!who_.insert_or_assign(from, who).second) return;
  by_age_.push_back(from);
  if (by_age_.size() <= most_) return;
  who_.erase(by_age_.front());
  by_age_.pop_front();
}

std::optional<NodeIndex> Askers::at(Endpoint const& from) const {
  auto const found = who_.find(from);
  return found == who_.end() ? std::nullopt : std::optional{found->second};
}

std::uint32_t SessionCounts::arrived(NodeIndex source, std::uint32_t session) {
  Key const key{source, session};
  auto const [entry, fresh] = counts_.try_emplace(key, 0);
  if (fresh) {
    by_age_.push_back(key);
    if (by_age_.size() > most_sessions_) {
      counts_.erase(by_age_.front());
      by_age_.pop_front();
    }
  }
  return ++entry->second;
}
}  // namespace leadline
