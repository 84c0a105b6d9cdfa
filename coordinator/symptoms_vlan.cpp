#include "coordinator/broadcast_domains.hpp"
#include "coordinator/crossings.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/core/network.hpp"
#include "probes/host_vlans.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

/// Which nodes are meant to be on one link: their networks overlap. Others are routed by design.
class Links {
 public:
  explicit Links(Survey const& survey) : of_(survey.nodes.size()) {
    for (std::size_t i = 0; i < of_.size(); ++i) {
      auto const& facts = survey.nodes[i].facts;
      if (!facts) continue;
      for (auto const& own : facts->interface.addresses) {
        boost::system::error_code error;
        auto const address = ip::make_address(own.address, error);
        if (!error && own.global_unicast)
          of_[i].emplace_back(address, Network{address, own.prefix_length});
      }
    }
  }

  [[nodiscard]] bool shared(NodeIndex a, NodeIndex b) const {
    return std::ranges::any_of(of_.at(a), [&](auto const& mine) {
      return std::ranges::any_of(of_.at(b), [&](auto const& theirs) {
        return mine.second.contains(theirs.first) || theirs.second.contains(mine.first);
      });
    });
  }

 private:
  std::vector<std::vector<std::pair<ip::address, Network>>> of_;
};

class Vlans {
 public:
  Vlans(Survey const& survey, Symptoms& symptoms)
      : survey_{survey}, symptoms_{symptoms}, domains_{find_domains(survey)}, links_{survey} {
    for (auto const& node : survey.nodes)
      if (auto const& cluster = node.name.cluster; !homes_.contains(cluster))
        homes_.emplace(cluster, home_of(cluster));
    if (domains_.sets.size() < 2) return;  // nothing to explain: the sets would only cost memory
    for (auto const& seen : survey.node_observations)
      if (auto const* host = seen.result ? std::get_if<HostView::Result>(&*seen.result) : nullptr)
        if (auto const tag = vlan_on_the_wire(host->chain)) tags_.emplace(seen.source, *tag);
    crossings_.emplace(survey);
  }

  void read() {
    for (std::size_t i = 0; i < survey_.nodes.size(); ++i) {
      auto const node = static_cast<NodeIndex>(i);
      if (!domains_.took_part(node)) continue;
      read_port(node);
      if (stands_apart(node)) read_wrong_port(node);
    }
    for (auto const& pair : survey_.pairs)
      read_pair({.source = pair.source, .target = pair.target});
  }

 private:
  /// Frames pass although no beacon came through: beacons are filtered, and the VLAN is right.
  [[nodiscard]] bool crosses(NodePair edge) const {
    return crossings_ && crossings_->contains(edge);
  }

  [[nodiscard]] bool crosses_to(NodeIndex node, std::vector<NodeIndex> const& others) const {
    return std::ranges::any_of(
        others, [&](NodeIndex other) { return crosses({.source = node, .target = other}); });
  }

  /// The set in which most nodes of this cluster are, of two such the larger one; empty: no
  /// majority.
  [[nodiscard]] std::optional<std::size_t> home_of(std::string const& cluster) const {
    using Score = std::pair<std::ptrdiff_t, std::size_t>;
    std::optional<std::size_t> best;
    Score most{};
    bool tie = false;
    for (std::size_t i = 0; i < domains_.sets.size(); ++i) {
      auto const& set = domains_.sets[i];
      Score const score{
          std::ranges::count_if(
              set, [&](NodeIndex node) { return survey_.nodes[node].name.cluster == cluster; }),
          set.size()};
      tie = score == most || (tie && score < most);
      if (score <= most) continue;
      most = score;
      best = i;
    }
    return tie ? std::nullopt : best;
  }

  /// Alone against most of its cluster, and nothing else gets there either.
  [[nodiscard]] bool stands_apart(NodeIndex node) const {
    auto const home = homes_.at(survey_.nodes[node].name.cluster);
    if (!home || domains_.set_of[node] == home) return false;
    auto const& set = domains_.sets[*home];
    auto const meant_together = [&](NodeIndex other) { return links_.shared(node, other); };
    return std::ranges::any_of(set, meant_together) && !crosses_to(node, set);
  }

  [[nodiscard]] Severity severity() const {
    // Without the reach stage nobody knows whether IP gets through where broadcasts do not.
    return crossings_ && crossings_->reach_known() ? Severity::error : Severity::warning;
  }

  [[nodiscard]] std::string vlan_text(NodeIndex node) const {
    auto const& port = domains_.ports[node];
    std::string text;
    if (port.vlan) text += fmt::format("; its untagged frames are in VLAN {}", *port.vlan);
    if (port.kind == PortView::Kind::trunk || port.kind == PortView::Kind::trunk_with_native)
      text += fmt::format("; its port delivers VLAN {} with the tag, as a trunk does",
                          fmt::join(port.tagged, ", "));
    if (auto const tag = tags_.find(node); tag != tags_.end())
      text += fmt::format(
          "; the host of {} sends its frames {}", name_of(survey_, node),
          tag->second == 0 ? "untagged" : fmt::format("with the tag of VLAN {}", tag->second));
    return text;
  }

  void read_wrong_port(NodeIndex node) {
    auto const home = homes_.at(survey_.nodes[node].name.cluster);
    if (!home) return;
    auto const& set = domains_.sets[*home];
    std::set<VlanId> theirs;
    for (auto const other : set)
      if (auto const& vlan = domains_.ports[other].vlan; vlan) theirs.insert(*vlan);
    auto const others =
        theirs.empty() ? "" : fmt::format("; theirs in {}", fmt::join(theirs, ", "));
    symptoms_.on_edge("VLAN_WRONG_PORT", {.source = node, .target = node},
                      fmt::format("{}: no untagged beacon passes between it and the {} nodes that "
                                  "hear each other ({}){}{}",
                                  name_of(survey_, node), set.size(),
                                  name_of(survey_, set.front()) + (set.size() > 1 ? ", ..." : ""),
                                  vlan_text(node), others),
                      severity());
    apart_.insert(node);
  }

  void read_port(NodeIndex node) {
    auto const& port = domains_.ports[node];
    auto const wanted = survey_.plan.vlan;
    auto const who = name_of(survey_, node);
    if (wanted && port.vlan && *port.vlan != *wanted && !stands_apart(node))
      symptoms_.on_edge("VLAN_WRONG_PORT", {.source = node, .target = node},
                        fmt::format("{}: its untagged frames are in VLAN {}, the plan says {}", who,
                                    *port.vlan, *wanted),
                        Severity::warning);
    if (port.kind == PortView::Kind::access && !port.takes_tagged.empty())
      symptoms_.on_node("VLAN_TAGGED_AT_ACCESS", node,
                        fmt::format("{}: what it sends with the tag of VLAN {} arrives untagged",
                                    who, fmt::join(port.takes_tagged, ", ")));
  }

  void read_pair(NodePair edge) {
    auto const [source, target] = edge;
    if (!domains_.took_part(source) || !domains_.took_part(target) ||
        !links_.shared(source, target))
      return;
    // The ways of a node whose port is wrong say nothing about what lies between the others.
    if (apart_.contains(source) || apart_.contains(target)) return;
    symptoms_.saw(Layer::vlan, edge);
    if (domains_.set_of[source] == domains_.set_of[target] || crosses(edge)) return;
    symptoms_.on_edge("VLAN_NOT_TRUNKED", edge,
                      fmt::format("{}: neither hears an untagged beacon of the other{}{}",
                                  name_of(survey_, edge), vlan_text(source), vlan_text(target)),
                      severity());
  }

  Survey const& survey_;
  Symptoms& symptoms_;
  BroadcastDomains domains_;
  Links links_;
  std::map<std::string, std::optional<std::size_t>> homes_;  ///< by cluster
  std::optional<Crossings> crossings_;                       ///< empty: all are together
  std::set<NodeIndex> apart_;
  std::map<NodeIndex, int> tags_;  ///< with which frames leave a host, where it was looked at
};
}  // namespace

void read_vlans(Survey const& survey, Symptoms& symptoms) {
  if (std::ranges::count(survey.plan.stages, Stage::layer2) != 0) Vlans{survey, symptoms}.read();
}
}  // namespace leadline
