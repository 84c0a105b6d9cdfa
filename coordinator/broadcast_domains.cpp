#include "coordinator/broadcast_domains.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace leadline {
namespace {
/// Sets that grow together (union-find).
class Partition {
 public:
  explicit Partition(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  std::size_t find(std::size_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }

  void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parent_;
};

using Hearing = std::vector<BroadcastDomain::Result const*>;  ///< by node; null: nothing came

Hearing hearing_of(Survey const& survey) {
  Hearing hearing(survey.nodes.size());
  for (auto const& seen : survey.node_observations)
    if (seen.result && seen.source < hearing.size())
      if (auto const* result = std::get_if<BroadcastDomain::Result>(&*seen.result))
        hearing[seen.source] = result;
  return hearing;
}

void note_unseen(Survey const& survey, Hearing const& hearing, std::vector<PortView>& ports) {
  for (auto const& seen : survey.node_observations)  // an agent that cannot even try says why
    if (seen.probe == BroadcastDomain::name && seen.source < ports.size())
      ports[seen.source].unseen = seen.reason;
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (hearing[i] != nullptr)
      ports[i].unseen = hearing[i]->skipped;
    else if (ports[i].unseen.empty())
      ports[i].unseen = "it told nothing of its segment";  // empty: it took part
}

/// What `listener` heard of another node says something about the ports of both.
void read_tags(HeardBeacon const& heard, PortView& listener, PortView& sender) {
  bool const untagged_here = !heard.seen_vlan;
  if (!untagged_here) listener.tagged.push_back(*heard.seen_vlan);
  if (!heard.sent_vlan && heard.seen_vlan) sender.vlan = heard.seen_vlan;
  if (heard.sent_vlan && untagged_here) {
    listener.vlan = heard.sent_vlan;
    sender.takes_tagged.push_back(*heard.sent_vlan);
  }
}

void sort_unique(std::vector<VlanId>& ids) {
  std::ranges::sort(ids);
  auto const [first, last] = std::ranges::unique(ids);
  ids.erase(first, last);
}

PortView::Kind kind_of_port(BroadcastDomain::Result const& result) {
  auto const untagged = [](HeardBeacon const& heard) { return !heard.seen_vlan; };
  if (result.heard.empty()) return PortView::Kind::unknown;
  if (std::ranges::all_of(result.heard, untagged)) return PortView::Kind::access;
  return std::ranges::any_of(result.heard, untagged) ? PortView::Kind::trunk_with_native
                                                     : PortView::Kind::trunk;
}
}  // namespace

std::string_view format(PortView::Kind kind) {
  switch (kind) {
    case PortView::Kind::access:
      return "access";
    case PortView::Kind::trunk:
      return "trunk";
    case PortView::Kind::trunk_with_native:
      return "trunk_with_native";
    case PortView::Kind::unknown:
      break;
  }
  return "unknown";
}

BroadcastDomains find_domains(Survey const& survey) {
  auto const count = survey.nodes.size();
  BroadcastDomains found;
  found.ports.resize(count);
  found.set_of.resize(count);
  auto const hearing = hearing_of(survey);
  note_unseen(survey, hearing, found.ports);
  Partition partition{count};
  for (std::size_t i = 0; i < count; ++i) {
    if (!found.ports[i].unseen.empty()) continue;
    found.ports[i].kind = kind_of_port(*hearing[i]);
    for (auto const& heard : hearing[i]->heard) {
      if (heard.sender >= count || heard.sender == i) continue;
      read_tags(heard, found.ports[i], found.ports[heard.sender]);
      if (!heard.sent_vlan && !heard.seen_vlan) partition.join(i, heard.sender);
    }
  }
  std::map<std::size_t, std::vector<NodeIndex>> by_root;
  for (std::size_t i = 0; i < count; ++i)
    if (found.ports[i].unseen.empty())
      by_root[partition.find(i)].push_back(static_cast<NodeIndex>(i));
  for (auto& [root, set] : by_root) found.sets.push_back(std::move(set));
  std::ranges::stable_sort(found.sets, std::ranges::greater{},
                           [](auto const& set) { return set.size(); });
  for (std::size_t i = 0; i < found.sets.size(); ++i)
    for (auto const node : found.sets[i]) found.set_of[node] = i;
  for (auto& port : found.ports) {
    sort_unique(port.tagged);
    sort_unique(port.takes_tagged);
  }
  return found;
}
}  // namespace leadline
