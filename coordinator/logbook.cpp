#include "coordinator/logbook.hpp"

#include <algorithm>
#include <utility>

namespace leadline {

void Logbook::open(std::vector<std::vector<Family>> families) {
  families_ = std::move(families);
  position_.clear();
  for (std::size_t i = 0; i < survey_.pairs.size(); ++i)
    position_.emplace(
        NodePair{.source = survey_.pairs[i].source, .target = survey_.pairs[i].target}, i);
}

PairRecord const* Logbook::find(NodePair const& pair) const {
  auto const at = position_.find(pair);
  return at == position_.end() ? nullptr : &survey_.pairs[at->second];
}

bool Logbook::record(Observation const& observation) {
  auto const at =
      position_.find(NodePair{.source = observation.source, .target = observation.target});
  if (at == position_.end()) return false;
  survey_.pairs[at->second].observations.push_back(observation);
  return true;
}

std::vector<Aim> Logbook::aims() const {
  std::vector<Aim> aims;
  for (auto const& pair : survey_.pairs)
    for (auto const family : families_.at(pair.source))
      if (std::ranges::count(families_.at(pair.target), family) > 0)
        aims.push_back({.source = pair.source, .target = pair.target, .family = family});
  return aims;
}

std::vector<Aim> Logbook::first_aims() const {
  auto all = aims();
  auto const same_pair = [](Aim const& a, Aim const& b) {
    return a.source == b.source && a.target == b.target;
  };
  auto const rest = std::ranges::unique(all, same_pair);
  all.erase(rest.begin(), rest.end());
  return all;
}

std::string Logbook::blocked(Aim const& aim) const {
  auto const* pair = find({.source = aim.source, .target = aim.target});
  if (pair == nullptr) return "not a pair of this run";
  for (auto at = pair->observations.begin(); at != pair->observations.end(); ++at) {
    auto const label = at.label();
    if (probe_at(label.probe) != Reach::name || label.family != aim.family) continue;
    auto const seen = *at;
    if (!seen.result) return "reach was not measured: " + seen.reason;
    auto const& tried = std::get<Reach::Result>(*seen.result).tcp;
    auto const answered = [](Attempt const& attempt) {
      return attempt.outcome == Outcome::answered;
    };
    if (std::ranges::any_of(tried, answered)) return {};
    return "the peer was not reached: " + seen.reason;
  }
  return {};  // the plan leaves reach out
}
}  // namespace leadline
