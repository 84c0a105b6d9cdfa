#pragma once
#include "tests/unit/survey_maker.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leadline {

/// A port of an imagined switch: access (no `allowed`), or a trunk.
struct PortModel {
  std::optional<VlanId> native;  ///< of an access port: its VLAN
  std::set<VlanId> allowed;      ///< tagged
  bool takes_own_tag{};          ///< an access port that accepts frames tagged with its VLAN

  [[nodiscard]] std::optional<VlanId> takes_in(std::optional<VlanId> tag) const {
    if (!tag) return native;
    if (allowed.contains(*tag) || (takes_own_tag && tag == native)) return tag;
    return std::nullopt;
  }

  /// Empty: does not come out; else the tag, which may be none.
  [[nodiscard]] std::optional<std::optional<VlanId>> gives_out(VlanId vlan) const {
    if (vlan == native) return std::optional<VlanId>{};
    if (allowed.contains(vlan)) return std::optional<VlanId>{vlan};
    return std::nullopt;
  }
};

/// What the nodes of a survey would hear over such ports; `passes` cuts the way between two.
class Layer2Maker {
 public:
  explicit Layer2Maker(SurveyMaker& maker) : maker_{maker} {}

  std::map<std::string, PortModel> ports;  ///< of nodes that differ from `usual`
  PortModel usual{.native = 100, .allowed = {}};
  std::vector<VlanId> vlans;  ///< that beacons are sent with
  std::function<bool(std::string const& source, std::string const& target)> passes =
      [](auto const&, auto const&) { return true; };
  std::map<std::string, std::string> skipped;  ///< nodes that took no part, and why

  void hear() {
    auto& survey = maker_.survey();
    for (std::size_t i = 0; i < survey.nodes.size(); ++i) {
      BroadcastDomain::Result result{.interface = "migration0", .sent = 3};
      auto const self = format(survey.nodes[i].name);
      if (auto const why = skipped.find(self); why != skipped.end()) result.skipped = why->second;
      for (std::size_t j = 0; j < survey.nodes.size() && result.skipped.empty(); ++j)
        if (i != j && !skipped.contains(format(survey.nodes[j].name)))
          hear_of(static_cast<NodeIndex>(j), self, result);
      auto const [status, reason] = assess(result);
      survey.node_observations.push_back({.source = static_cast<NodeIndex>(i),
                                          .target = static_cast<NodeIndex>(i),
                                          .family = Family::ipv4,
                                          .probe = std::string{BroadcastDomain::name},
                                          .status = status,
                                          .reason = reason,
                                          .result = result});
    }
  }

 private:
  [[nodiscard]] PortModel const& port(std::string const& node) const {
    auto const found = ports.find(node);
    return found == ports.end() ? usual : found->second;
  }

  void hear_of(NodeIndex sender, std::string const& self, BroadcastDomain::Result& result) const {
    auto const source = format(maker_.survey().nodes.at(sender).name);
    if (!passes(source, self)) return;
    std::vector<std::optional<VlanId>> tags{std::nullopt};
    tags.insert(tags.end(), vlans.begin(), vlans.end());
    for (auto const& tag : tags) {
      auto const vlan = port(source).takes_in(tag);
      auto const seen = vlan ? port(self).gives_out(*vlan) : std::nullopt;
      if (seen)
        result.heard.push_back(
            {.sender = sender, .sent_vlan = tag, .seen_vlan = *seen, .count = 3});
    }
  }

  SurveyMaker& maker_;
};
}  // namespace leadline
