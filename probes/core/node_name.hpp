#pragma once
#include "probes/core/checked_json.hpp"

#include <compare>
#include <string>

namespace leadline {

/// Which node: written "east/n1".
struct NodeName {
  std::string cluster;
  std::string node;
  auto operator<=>(NodeName const&) const = default;
};

inline std::string format(NodeName const& name) {
  return name.cluster + "/" + name.node;
}

inline void to_json(nlohmann::json& j, NodeName const& name) {
  j = format(name);
}

/// Throws std::invalid_argument unless the text is CLUSTER/NODE.
void from_json(nlohmann::json const& j, NodeName& name);
}  // namespace leadline
