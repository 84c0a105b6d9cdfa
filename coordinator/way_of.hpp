#pragma once
#include "coordinator/symptoms.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace leadline {

/// Does the node listen on addresses of both families?
inline bool is_dual(NodeRecord const& node) {
  auto const ipv6 = static_cast<std::size_t>(std::ranges::count_if(
      node.addresses,
      [](std::string const& address) { return address.find(':') != std::string::npos; }));
  return ipv6 > 0 && ipv6 < node.addresses.size();
}

/// "east/n1 -> west/n2"; where both have both families, with the one meant: "... (IPv6)".
inline std::string way_of(Survey const& survey, NodePair edge, Family family) {
  auto name = name_of(survey, edge);
  if (is_dual(survey.nodes.at(edge.source)) && is_dual(survey.nodes.at(edge.target)))
    name += family == Family::ipv6 ? " (IPv6)" : " (IPv4)";
  return name;
}

inline std::string way_of(Survey const& survey, Observation const& seen) {
  return way_of(survey, edge_of(seen), seen.family);
}
}  // namespace leadline
