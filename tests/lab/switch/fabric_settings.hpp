#pragma once
#include "tests/lab/switch/impairment.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace leadline::lab {

using VlanId = std::uint16_t;  // 1..4094

struct AccessPort {
  VlanId vlan{1};
};

struct TrunkPort {
  std::set<VlanId> allowed;
  std::optional<VlanId> native;  ///< untagged frames belong to it, and leave untagged
};

using PortMode = std::variant<AccessPort, TrunkPort>;

/// Where a node's cable ends.
struct PortSettings {
  std::string name;
  std::size_t switch_index{};
  PortMode mode;
  Impairment from_node;
  Impairment to_node;
};

/// A cable between two switches. Frames carry their VLAN over it whatever the ports say.
struct LinkSettings {
  std::string name;
  std::size_t a{};
  std::size_t b{};
  std::optional<std::set<VlanId>> allowed;  ///< nothing: all VLANs
  Impairment a_to_b;
  Impairment b_to_a;
};

/// The wiring of one lab. The links must form a forest: there is no spanning tree protocol.
struct FabricSettings {
  std::size_t switches{1};
  std::vector<PortSettings> ports;
  std::vector<LinkSettings> links;
  std::uint64_t seed{1};
};
}  // namespace leadline::lab
