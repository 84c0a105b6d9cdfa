#pragma once
#include "coordinator/plan.hpp"
#include "probes/core/node_name.hpp"
#include "probes/wire/datagram.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// An ordered pair: positions in the roster.
struct NodePair {
  NodeIndex source{};
  NodeIndex target{};
  auto operator<=>(NodePair const&) const = default;
};

/// Which pairs of the roster are measured, sorted. Whatever the choice, every node that has a peer
/// in the mesh is a source and a target at least once, and a pair comes with its reverse. A sample
/// holds as many pairs as asked, rounded up to an even number and to what that takes; the same seed
/// gives the same sample.
std::vector<NodePair> choose_pairs(Mesh mesh, PairChoice const& choice,
                                   std::vector<NodeName> const& roster, std::uint64_t seed);

/// How many pairs choose_pairs gives for clusters of these sizes.
std::size_t count_pairs(Mesh mesh, PairChoice const& choice,
                        std::map<std::string, int> const& nodes_per_cluster);

/// A roster of clusters of these sizes, for reckoning before the agents are there.
std::vector<NodeName> imagined_roster(std::map<std::string, int> const& nodes_per_cluster);

/// A seed from the run's id (FNV-1a), so that a sample can be drawn again.
std::uint64_t seed_of(std::string_view run_id);
}  // namespace leadline
