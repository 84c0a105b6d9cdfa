#pragma once
#include "coordinator/pairs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace leadline {

/// Packets that went one way, and how many of them fared badly: got lost, or were overtaken.
struct PacketCount {
  NodePair edge;
  std::uint64_t bad{};
  std::uint64_t of{};

  [[nodiscard]] double share() const {
    return of == 0 ? 0 : static_cast<double>(bad) / static_cast<double>(of);
  }
};

/// Ways on which, taken together, more fared badly than is accepted, and chance does not explain
/// it.
struct Excess {
  std::string from;  ///< "east" or "east/n1"
  std::string to;
  PacketCount together;         ///< of all the ways; its edge says nothing
  std::vector<NodePair> edges;  ///< sorted
};

/// Where does more than the `accepted` share fare badly? One pair's few hundred packets say little,
/// and among many pairs some are unlucky: so all the ways from one cluster to another are counted
/// together, those of one node in them, and each by itself, and the whole family of these tests
/// calls a faultless network faulty once in a hundred runs. Of several scopes the one that stands
/// out most is taken first. A wider one only is where no part of it is fine or much worse. Each way
/// once in `counts`; no way is in two results. The result does not depend on the order of `counts`.
std::vector<Excess> find_excess(std::vector<PacketCount> counts,
                                std::vector<NodeName> const& roster, double accepted);
}  // namespace leadline
