#include "coordinator/manifests/migration_trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace leadline {
namespace {
using Address = boost::asio::ip::address;

/// The pool of the cluster's migration network in whose network the address lies; of several, one
/// that hands it out. Null: none.
AddressPool const* pool_around(ClusterManifests const& cluster, Address const& address) {
  auto const* const attachment = cluster.migration_attachment();
  if (attachment == nullptr) return nullptr;
  AddressPool const* around = nullptr;
  for (auto const& pool : attachment->addresses.pools) {
    if (pool.usable.contains(address)) return &pool;
    if (around == nullptr && pool.block.contains(address)) around = &pool;
  }
  return around;
}

/// Clusters share a network by its mask, and each has a part of its own: only the part tells whose
/// an address is. Empty: no migration network has it.
std::string migration_network(std::span<ClusterManifests const> clusters, Address const& address) {
  std::vector<std::string> owners;
  AddressPool const* shared = nullptr;
  for (auto const& cluster : clusters) {
    auto const* const pool = pool_around(cluster, address);
    if (pool == nullptr) continue;
    if (pool->usable.contains(address))
      owners.push_back(fmt::format("{} of {}", cluster.network_name(), cluster.name));
    else if (shared == nullptr)
      shared = pool;
  }
  if (!owners.empty()) return fmt::format("the migration network {}", fmt::join(owners, " or "));
  if (shared == nullptr) return {};
  return fmt::format("the migration network {}, but no cluster's own range of it",
                     format(shared->block));
}

/// Any other network of the cluster that the address lies in; empty: none.
std::string other_network(ClusterManifests const& cluster, Address const& address) {
  for (auto const& node : cluster.nodes) {
    for (auto const& block : node.pod_networks)
      if (block.contains(address))
        return fmt::format("the pod network of {}: {} of node {}", cluster.name, format(block),
                           node.manifest->name);
    if (std::ranges::count(node.addresses, address) > 0)
      return fmt::format("the main network of {}: node {}", cluster.name, node.manifest->name);
  }
  for (auto const& block : cluster.networks.pods)
    if (block.contains(address))
      return fmt::format("the pod network of {}: {}", cluster.name, format(block));
  for (auto const& block : cluster.networks.services)
    if (block.contains(address))
      return fmt::format("the service network of {}: {}", cluster.name, format(block));
  for (auto const& attachment : cluster.attachments)
    for (auto const& pool : attachment.addresses.pools)
      if (pool.block.contains(address))
        return fmt::format("another network of {}: {}, {}", cluster.name, attachment.title(),
                           format(pool.block));
  return {};
}

bool knows_its_network(ClusterManifests const& cluster) {
  auto const* const attachment = cluster.migration_attachment();
  return attachment != nullptr && !attachment->addresses.pools.empty();
}
}  // namespace

std::string_view format(MigrationTrace::Verdict verdict) {
  switch (verdict) {
    case MigrationTrace::Verdict::migration_network:
      return "migration_network";
    case MigrationTrace::Verdict::other_network:
      return "other_network";
    case MigrationTrace::Verdict::unknown:
      break;
  }
  return "unknown";
}

MigrationTrace trace_migration(Manifest const& machine,
                               std::span<ClusterManifests const> clusters) {
  MigrationTrace trace{
      .machine = machine.space.empty() ? machine.name : machine.space + "/" + machine.name,
      .address = {},
      .network = {}};
  auto const* const value = machine.find("/status/migrationState/targetNodeAddress");
  if (value == nullptr || !value->is_string() || value->get_ref<std::string const&>().empty()) {
    trace.network = "it has not migrated: there is no status.migrationState.targetNodeAddress";
    return trace;
  }
  trace.address = *value;
  auto const address = parse_address(trace.address);
  if (!address) {
    trace.network = "that is no IP address";
    return trace;
  }
  trace.network = migration_network(clusters, *address);
  if (!trace.network.empty()) {
    trace.verdict = MigrationTrace::Verdict::migration_network;
    return trace;
  }
  for (auto const& cluster : clusters)
    if (trace.network = other_network(cluster, *address); !trace.network.empty()) {
      trace.verdict = MigrationTrace::Verdict::other_network;
      return trace;
    }
  if (clusters.size() == 1 && knows_its_network(clusters.front())) {
    trace.network = fmt::format(
        "none of the networks of {}: where the VM went to another cluster, "
        "that one's are needed as well",
        clusters.front().name);
    return trace;
  }
  // Not in any migration network that is known in full: then it is another one, whichever.
  bool const all_known = !clusters.empty() && std::ranges::all_of(clusters, knows_its_network);
  trace.verdict =
      all_known ? MigrationTrace::Verdict::other_network : MigrationTrace::Verdict::unknown;
  trace.network = all_known ? "none of the networks that were given"
                            : "not known: the clusters' migration networks and their ranges were "
                              "not given";
  return trace;
}
}  // namespace leadline
