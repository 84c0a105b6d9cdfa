#include "coordinator/pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <random>
#include <utility>

namespace leadline {
namespace {
using Members = std::vector<NodeIndex>;

/// Not std::shuffle: its result differs between standard libraries.
template <class T>
void shuffle(std::vector<T>& items, std::mt19937_64& random) {
  for (auto i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random() % i]);
}

void add_both_ways(std::vector<NodePair>& pairs, NodeIndex a, NodeIndex b) {
  pairs.push_back({a, b});
  pairs.push_back({b, a});
}

void connect(std::vector<NodePair>& pairs, Members const& a, Members const& b, bool ring) {
  if (ring) {
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
      add_both_ways(pairs, a[i % a.size()], b[i % b.size()]);
    return;
  }
  for (auto const x : a)
    for (auto const y : b) add_both_ways(pairs, x, y);
}

void connect_within(std::vector<NodePair>& pairs, Members const& members, bool ring) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto const last = ring ? std::min(i + 2, members.size()) : members.size();
    for (auto j = i + 1; j < last; ++j) add_both_ways(pairs, members[i], members[j]);
  }
  if (ring && members.size() > 2) add_both_ways(pairs, members.back(), members.front());
}

std::vector<NodePair> connect_all(Mesh mesh, std::vector<Members> const& clusters, bool ring) {
  std::vector<NodePair> pairs;
  for (auto a = clusters.begin(); a != clusters.end(); ++a) {
    if (mesh != Mesh::cross) connect_within(pairs, *a, ring);
    if (mesh != Mesh::within)
      for (auto b = std::next(a); b != clusters.end(); ++b) connect(pairs, *a, *b, ring);
  }
  std::ranges::sort(pairs);
  return pairs;
}

std::vector<NodePair> sample(Mesh mesh, std::vector<Members> clusters, std::size_t size,
                             std::uint64_t seed) {
  std::mt19937_64 random{seed};
  auto every = connect_all(mesh, clusters, false);
  for (auto& members : clusters) shuffle(members, random);
  auto chosen = connect_all(mesh, clusters, true);
  std::erase_if(every, [&](NodePair pair) {
    return pair.target < pair.source || std::ranges::binary_search(chosen, pair);
  });
  shuffle(every, random);
  for (auto const pair : every) {
    if (chosen.size() >= size) break;
    add_both_ways(chosen, pair.source, pair.target);
  }
  std::ranges::sort(chosen);
  return chosen;
}
}  // namespace

std::vector<NodePair> choose_pairs(Mesh mesh, PairChoice const& choice,
                                   std::vector<NodeName> const& roster, std::uint64_t seed) {
  std::map<std::string, Members> by_cluster;
  for (std::size_t i = 0; i < roster.size(); ++i)
    by_cluster[roster[i].cluster].push_back(static_cast<NodeIndex>(i));
  std::vector<Members> clusters;
  clusters.reserve(by_cluster.size());
  for (auto& [cluster, members] : by_cluster) clusters.push_back(std::move(members));
  if (choice.kind == PairChoice::Kind::sample)
    return sample(mesh, std::move(clusters), choice.sample_size, seed);
  return connect_all(mesh, clusters, choice.kind == PairChoice::Kind::ring);
}

std::size_t count_pairs(Mesh mesh, PairChoice const& choice,
                        std::map<std::string, int> const& nodes_per_cluster) {
  return choose_pairs(mesh, choice, imagined_roster(nodes_per_cluster), 0).size();
}

std::vector<NodeName> imagined_roster(std::map<std::string, int> const& nodes_per_cluster) {
  std::vector<NodeName> roster;
  for (auto const& [cluster, nodes] : nodes_per_cluster)
    for (int i = 1; i <= nodes; ++i) roster.push_back({cluster, fmt::format("n{}", i)});
  return roster;
}

std::uint64_t seed_of(std::string_view run_id) {
  std::uint64_t hash = 14695981039346656037U;
  for (char const c : run_id) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211U;
  }
  return hash;
}
}  // namespace leadline
