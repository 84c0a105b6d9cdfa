#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace leadline {
namespace {
std::size_t nodes_of(ClusterManifests const& cluster) {
  auto const schedulable =
      static_cast<std::size_t>(std::ranges::count_if(cluster.nodes, &ClusterNode::schedulable));
  auto const handlers = static_cast<std::size_t>(
      std::ranges::count(cluster.pods, MigrationPod::Role::handler, &MigrationPod::role));
  return std::max(schedulable, handlers);
}

void check_size(ClusterManifests const& cluster, Attachment const& attachment,
                ConfigFindings& found) {
  // Of several ranges whereabouts takes one address each: the smallest is used up first.
  for (auto const& pool : attachment.addresses.pools) {
    auto const size = pool.usable.size();
    auto const where = fmt::format("{}: {}", place_in_config(attachment, ""), format(pool.block));
    if (size == 0) {
      found.add(
          "CONFIG_POOL_EMPTY", scope_of(cluster),
          fmt::format("cluster {}: the range {} has no address to give", cluster.name,
                      format(pool.block)),
          {where, pool.excluded.empty() ? std::string{"it is empty as it is written"}
                                        : fmt::format("excluded: {}", format(pool.excluded))});
      continue;
    }
    auto const nodes = nodes_of(cluster);
    if (attachment.addresses.type == "static") continue;
    if (nodes == 0) {
      found.not_checked(cluster.name, "whether the range is large enough",
                        "the nodes: oc get nodes -o yaml");
      continue;
    }
    if (size < nodes + 2)
      found.add("CONFIG_POOL_SMALL", scope_of(cluster),
                fmt::format("cluster {}: the range {} has {} addresses, and {} nodes need {}",
                            cluster.name, format(pool.block), size, nodes, nodes + 2),
                {where, fmt::format("usable: {}", format(pool.usable))});
  }
}

void check_clashes(ClusterManifests const& cluster, Attachment const& attachment,
                   ConfigFindings& found) {
  for (auto const& pool : attachment.addresses.pools) {
    std::vector<std::string> others;
    for (auto const& block : cluster.networks.pods)
      if (pool.block.overlaps(block))
        others.push_back(fmt::format("the pods' network {}", format(block)));
    for (auto const& block : cluster.networks.services)
      if (pool.block.overlaps(block))
        others.push_back(fmt::format("the services' network {}", format(block)));
    for (auto const& node : cluster.nodes) {
      for (auto const& block : node.pod_networks)
        if (pool.block.overlaps(block))
          others.push_back(
              fmt::format("the pods' network {} of node {}", format(block), node.manifest->name));
      for (auto const& address : node.addresses)
        if (pool.block.contains(address))
          others.push_back(
              fmt::format("the address {} of node {}", address.to_string(), node.manifest->name));
    }
    if (others.empty()) continue;
    auto summary = fmt::format("cluster {}: the migration range {} overlaps {}", cluster.name,
                               format(pool.block), others.front());
    if (others.size() > 1) summary += fmt::format(", and {} more", others.size() - 1);
    constexpr std::size_t most = 10;
    if (others.size() > most) others.resize(most);
    others.insert(others.begin(), place_in_config(attachment, ""));
    found.add("CONFIG_RANGE_CLASH", scope_of(cluster), std::move(summary), std::move(others));
  }
}

void check_per_node(ClusterManifests const& cluster, Attachment const& attachment,
                    ConfigFindings& found) {
  auto const& type = attachment.addresses.type;
  if ((type != "host-local" && type != "static") || nodes_of(cluster) == 1) return;
  found.add(
      "CONFIG_IPAM_PER_NODE", scope_of(cluster),
      fmt::format("cluster {}: {} gives the same addresses on every node", cluster.name, type),
      {place_in_config(attachment, "/ipam/type")});
}

/// What the range may overlap and nothing tells of.
void check_known(ClusterManifests const& cluster, ConfigFindings& found) {
  constexpr auto network = "the cluster's Network: oc get networks.config.openshift.io -o yaml";
  if (cluster.nodes.empty())
    found.not_checked(cluster.name, "whether the range overlaps the pods' or the nodes' network",
                      "the nodes: oc get nodes -o yaml");
  else if (cluster.networks.pods.empty() &&
           std::ranges::all_of(cluster.nodes,
                               [](ClusterNode const& node) { return node.pod_networks.empty(); }))
    found.not_checked(cluster.name, "whether the range overlaps the pods' network", network);
  if (cluster.networks.services.empty())
    found.not_checked(cluster.name, "whether the range overlaps the services' network",
                      fmt::format("{} (plain Kubernetes has none: its API server is told "
                                  "--service-cluster-ip-range)",
                                  network));
}
}  // namespace

void check_pools(ClusterManifests const& cluster, ConfigFindings& found) {
  for (auto const* const attachment : attachments_to_check(cluster)) {
    check_size(cluster, *attachment, found);
    check_clashes(cluster, *attachment, found);
    check_per_node(cluster, *attachment, found);
  }
  check_known(cluster, found);
}
}  // namespace leadline
