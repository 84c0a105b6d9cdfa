#include "coordinator/logbook.hpp"

#include "probes/reach_outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace leadline {
namespace {
bool answered(Attempt const& attempt) {
  return attempt.outcome == Outcome::answered;
}

bool takes_udp(std::string_view probe) {
  return probe == PathMtu::name || probe == Latency::name;
}
}  // namespace

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

bool Logbook::heard_of(Aim const& aim, std::string_view probe) const {
  auto const* pair = find({.source = aim.source, .target = aim.target});
  if (pair == nullptr) return false;
  for (auto at = pair->observations.begin(); at != pair->observations.end(); ++at) {
    auto const label = at.label();
    if (probe_at(label.probe) == probe && label.family == aim.family) return true;
  }
  return false;
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

std::optional<Observation> Logbook::reach_of(Aim const& aim) const {
  auto const* pair = find({.source = aim.source, .target = aim.target});
  if (pair == nullptr) return std::nullopt;
  for (auto at = pair->observations.begin(); at != pair->observations.end(); ++at) {
    auto const label = at.label();
    if (probe_at(label.probe) == Reach::name && label.family == aim.family) return *at;
  }
  return std::nullopt;
}

std::string Logbook::blocked(Aim const& aim) const {
  return blocked(aim, {});
}

std::string Logbook::blocked(Aim const& aim, std::string_view probe) const {
  if (find({.source = aim.source, .target = aim.target}) == nullptr)
    return "not a pair of this run";
  if (auto const seen = reach_of(aim)) {
    if (!seen->result) return "reach was not measured: " + seen->reason;
    auto const& reached = std::get<Reach::Result>(*seen->result);
    if (std::ranges::none_of(reached.tcp, answered))
      return "the peer was not reached: " + seen->reason;
    if (takes_udp(probe) && !answered(reached.udp))
      return fmt::format("it takes UDP, and by UDP the peer was not reached: {}",
                         describe(reached.udp.outcome));
  }
  return probe == TlsHandshake::name ? unlike_identities(aim) : std::string{};
}

/// KubeVirt's certificates and leadline's own never accept each other: that is no fault of either.
std::string Logbook::unlike_identities(Aim const& aim) const {
  auto const& here = survey_.nodes.at(aim.source);
  auto const& there = survey_.nodes.at(aim.target);
  if (!here.facts || !there.facts) return {};
  bool const given = !here.facts->migration_identity.empty();
  if (given == !there.facts->migration_identity.empty()) return {};
  return fmt::format(
      "the agent of {} was given no --migration-tls, that of {} was: give it to all, or to none",
      format((given ? there : here).name), format((given ? here : there).name));
}
}  // namespace leadline
