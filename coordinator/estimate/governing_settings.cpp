#include "coordinator/estimate/governing_settings.hpp"

#include "coordinator/manifests/migration_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline {
namespace {
MigrationSettings stricter_of(MigrationSettings one, MigrationSettings const& other) {
  auto const limit = other.bandwidth_per_migration;
  if (limit.per_second > 0 &&
      (one.bandwidth_per_migration.per_second == 0 || limit < one.bandwidth_per_migration))
    one.bandwidth_per_migration = limit;
  one.completion_timeout_per_gib =
      std::min(one.completion_timeout_per_gib, other.completion_timeout_per_gib);
  one.progress_timeout = std::min(one.progress_timeout, other.progress_timeout);
  one.parallel_per_cluster = std::min(one.parallel_per_cluster, other.parallel_per_cluster);
  one.parallel_outbound_per_node =
      std::min(one.parallel_outbound_per_node, other.parallel_outbound_per_node);
  one.allow_auto_converge = one.allow_auto_converge && other.allow_auto_converge;
  one.allow_post_copy = one.allow_post_copy && other.allow_post_copy;
  return one;
}

std::vector<MigrationPolicy> policies_of(ClusterManifests const& cluster) {
  std::vector<MigrationPolicy> policies;
  for (auto const& manifest : cluster.manifests)
    if (auto policy = read_migration_policy(manifest)) policies.push_back(*std::move(policy));
  return policies;
}

std::string title(MigrationPolicy const& policy, ClusterManifests const& cluster) {
  return fmt::format("MigrationPolicy {} of {}", policy.name, cluster.name);
}
}  // namespace

MigrationSettings strictest_of(std::vector<MigrationSettings> const& all) {
  if (all.empty()) return {};
  auto strictest = all.front();
  for (auto const& settings : all) strictest = stricter_of(std::move(strictest), settings);
  return strictest;
}

GoverningSettings governing_settings(std::span<ClusterManifests const> clusters,
                                     Machine const& machine) {
  struct Possible {
    std::size_t cluster{};
    GoverningSettings::Doubt doubt;  ///< with what the one cluster would set
  };

  GoverningSettings result;
  std::vector<MigrationSettings> own;
  std::vector<Possible> possible;
  for (auto const& cluster : clusters) {
    auto const policies = policies_of(cluster);
    auto const choice = choose_policy(policies, machine.labels,
                                      labels_of_namespace(cluster.manifests, machine.space));
    for (auto const* const policy : choice.possible)
      possible.push_back(
          {own.size(), {title(*policy, cluster), with_policy(cluster.settings, *policy)}});
    own.push_back(cluster.settings);
    if (choice.chosen == nullptr) continue;
    own.back() = with_policy(cluster.settings, *choice.chosen);
    result.policies.push_back(title(*choice.chosen, cluster));
  }
  result.strictest = strictest_of(own);
  for (auto const& [cluster, doubt] : possible) {
    auto others = own;
    others[cluster] = doubt.strictest;
    result.doubts.push_back({doubt.policy, strictest_of(others)});
  }
  return result;
}
}  // namespace leadline
