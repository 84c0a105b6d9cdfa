#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace leadline {
namespace {

std::vector<std::string> texts_of(MigrationPod const& pod) {
  std::vector<std::string> texts;
  texts.reserve(pod.addresses.size());
  for (auto const& address : pod.addresses) texts.push_back(address.to_string());
  return texts;
}

void check_address(ClusterManifests const& cluster, MigrationPod const& pod,
                   ConfigFindings& found) {
  auto const scope = node_scope(cluster, pod.node);
  auto const where =
      format(pod.manifest->place("/metadata/annotations/k8s.v1.cni.cncf.io~1network-status"));
  auto const address = pod.migration_address();
  if (!address) {
    auto const texts = texts_of(pod);
    found.add("CONFIG_ADDRESS_NONE", scope,
              fmt::format("node {}: migration0 of pod {} has no global unicast address",
                          scope.source, pod.manifest->name),
              {texts.empty() ? where + ": ips is empty"
                             : fmt::format("{}: only {}", where, fmt::join(texts, ", "))});
    return;
  }
  auto const* const attachment = cluster.migration_attachment();
  if (attachment == nullptr || attachment->addresses.pools.empty()) return;
  auto const& pools = attachment->addresses.pools;
  if (std::ranges::none_of(pools,
                           [&](AddressPool const& pool) { return pool.usable.contains(*address); }))
    found.add("CONFIG_ADDRESS_OUTSIDE", scope,
              fmt::format("node {}: migration0 has {}, which the range does not give", scope.source,
                          address->to_string()),
              {where, fmt::format("{}: {}", place_in_config(*attachment, ""),
                                  format(pools.front().usable))});
}

void check_handler(ClusterManifests const& cluster, MigrationPod const& pod,
                   ConfigFindings& found) {
  auto const scope = node_scope(cluster, pod.node);
  if (pod.mistake) {
    found.add("CONFIG_VALUE", scope,
              fmt::format("node {}: pod {}: {}", scope.source, pod.manifest->name, *pod.mistake),
              {format(pod.manifest->place("/metadata/annotations"))});
    return;
  }
  if (!pod.network) {
    found.add("CONFIG_HANDLER_DETACHED", scope,
              fmt::format("node {}: pod {} has no interface migration0", scope.source,
                          pod.manifest->name),
              {format(pod.manifest->place("/metadata/annotations")) +
               ": network-status names no migration0"});
    return;
  }
  if (*pod.network != cluster.network_name())
    found.add("CONFIG_HANDLER_STALE", scope,
              fmt::format("node {}: migration0 of pod {} is in {}, but {} is named", scope.source,
                          pod.manifest->name, *pod.network, cluster.network_name()),
              {format(pod.manifest->place("/metadata/annotations"))});
  check_address(cluster, pod, found);
}

void check_presence(ClusterManifests const& cluster, ConfigFindings& found) {
  if (cluster.nodes.empty()) {
    found.not_checked(cluster.name, "whether every node has a virt-handler",
                      "the nodes: oc get nodes -o yaml");
    return;
  }
  bool const labelled = std::ranges::any_of(cluster.nodes, &ClusterNode::labelled);
  for (auto const& node : cluster.nodes) {
    if (!node.schedulable || (labelled && !node.labelled)) continue;
    auto const has_handler = std::ranges::any_of(cluster.pods, [&](MigrationPod const& pod) {
      return pod.role == MigrationPod::Role::handler && pod.node == node.manifest->name;
    });
    if (!has_handler)
      found.add("CONFIG_HANDLER_ABSENT", node_scope(cluster, node.manifest->name),
                fmt::format("node {}/{} may run VMs, but has no virt-handler", cluster.name,
                            node.manifest->name),
                {format(node.manifest->place())});
  }
}
}  // namespace

void check_handlers(ClusterManifests const& cluster, ConfigFindings& found) {
  auto const any = std::ranges::any_of(cluster.pods, [](MigrationPod const& pod) {
    return pod.role == MigrationPod::Role::handler;
  });
  if (!any) {
    found.not_checked(cluster.name, "virt-handler's migration interface and address",
                      "the pods: oc get pods -A -l kubevirt.io -o yaml");
    return;
  }
  // The synchronization controllers are judged by the addresses that they publish.
  for (auto const& pod : cluster.pods)
    if (!cluster.settings.network.empty() && pod.role == MigrationPod::Role::handler)
      check_handler(cluster, pod, found);
  check_presence(cluster, found);
}
}  // namespace leadline
