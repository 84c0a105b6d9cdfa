#include "coordinator/manifests/configured_network.hpp"

#include "coordinator/lint/rules.hpp"

#include <algorithm>

namespace leadline {
namespace {
int count_nodes(ClusterManifests const& cluster) {
  bool const labelled = std::ranges::any_of(cluster.nodes, &ClusterNode::labelled);
  auto const nodes = std::ranges::count_if(cluster.nodes, [&](ClusterNode const& node) {
    return node.schedulable && (node.labelled || !labelled);
  });
  if (nodes > 0) return static_cast<int>(nodes);
  return static_cast<int>(
      std::ranges::count(cluster.pods, MigrationPod::Role::handler, &MigrationPod::role));
}

/// What all have, if they have the same.
template <class T>
std::optional<T> common(std::span<ConfiguredNetwork const> clusters,
                        std::optional<T> ConfiguredNetwork::* member) {
  if (clusters.empty()) return std::nullopt;
  auto const& first = clusters.front().*member;
  bool const same = std::ranges::all_of(
      clusters, [&](ConfiguredNetwork const& other) { return other.*member == first; });
  return same ? first : std::nullopt;
}
}  // namespace

ConfiguredNetwork read_configured_network(ClusterManifests const& cluster) {
  auto const& settings = cluster.settings;
  ConfiguredNetwork network{.cluster = cluster.name,
                            .nodes = count_nodes(cluster),
                            .ranges = {},
                            .synchronization_addresses = settings.synchronization_addresses};
  if (settings.settings() != nullptr)
    network.needed_bandwidth = {needed_rate(settings.completion_timeout_per_gib).per_second *
                                static_cast<double>(settings.parallel_outbound_per_node)};
  if (auto const* const attachment = cluster.migration_attachment()) {
    network.vlan = attachment->vlan;
    network.mtu = attachment->mtu;
    for (auto const& pool : attachment->addresses.pools) network.ranges.push_back(pool.block);
  }
  return network;
}

Plan expect_configured(std::span<ConfiguredNetwork const> clusters, Plan base) {
  for (auto const& cluster : clusters) {
    if (cluster.nodes > 0) base.expect[cluster.cluster] = cluster.nodes;
    for (auto const& range : cluster.ranges)
      if (std::ranges::count(base.network_ranges, format(range)) == 0)
        base.network_ranges.push_back(format(range));
    std::ranges::copy(cluster.synchronization_addresses,
                      std::back_inserter(base.synchronization_addresses));
    if (cluster.needed_bandwidth.per_second > 0)
      base.thresholds.min_bandwidth =
          &cluster == &clusters.front()
              ? cluster.needed_bandwidth
              : std::max(base.thresholds.min_bandwidth, cluster.needed_bandwidth);
  }
  if (auto const vlan = common(clusters, &ConfiguredNetwork::vlan)) base.vlan = vlan;
  if (auto const mtu = common(clusters, &ConfiguredNetwork::mtu)) base.thresholds.min_mtu = *mtu;
  return base;
}
}  // namespace leadline
