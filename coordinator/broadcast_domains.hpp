#pragma once
#include "coordinator/survey.hpp"
#include "probes/wire/ethernet_frame.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// A node's switch port as far as the beacons show it.
struct PortView {
  enum class Kind { unknown, access, trunk, trunk_with_native };

  std::string unseen{"not asked"};  ///< why the node took no part; empty: it did
  Kind kind{Kind::unknown};         ///< by what it delivers; nothing heard: unknown
  std::optional<VlanId> vlan;       ///< of the node's untagged frames, where another's tag shows it
  std::vector<VlanId> tagged;       ///< VLANs that it delivers with their tag, sorted
  std::vector<VlanId> takes_tagged;  ///< tags that its own frames lost on the way to others
};

std::string_view format(PortView::Kind kind);

/// Who shares a broadcast domain with whom, by the untagged beacons.
struct BroadcastDomains {
  std::vector<std::vector<NodeIndex>> sets;        ///< the largest first; only nodes that took part
  std::vector<PortView> ports;                     ///< by node
  std::vector<std::optional<std::size_t>> set_of;  ///< by node, position in `sets`; empty: no part

  [[nodiscard]] bool took_part(NodeIndex node) const { return ports.at(node).unseen.empty(); }
};

/// Two nodes are together where either hears an untagged beacon of the other untagged: one that is
/// deaf, or mute, has another trouble than its VLAN.
BroadcastDomains find_domains(Survey const& survey);
}  // namespace leadline
