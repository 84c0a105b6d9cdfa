#include "coordinator/lint/rules.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace leadline {
namespace {
/// A NIC of 10 Gbit/s brings 9.4 Gbit/s of TCP's payload; what VMs write meanwhile crosses again,
/// and TLS and the disks' own pace take some: a demand of 8 leaves nothing for them.
constexpr BitRate most_of_a_nic{8e9};

/// Is the limit too low for the timeout?
bool check_limit(ClusterManifests const& cluster, BitRate limit, std::chrono::seconds timeout,
                 std::string const& where, ConfigFindings& found) {
  auto const needed = needed_rate(timeout);
  if (limit.per_second == 0 || limit >= needed) return false;
  found.add("CONFIG_TIMEOUT_IMPOSSIBLE", scope_of(cluster),
            fmt::format("cluster {}: {} s a gigabyte need {}, and a limit allows {}", cluster.name,
                        timeout.count(), format(needed), format(limit)),
            {where});
  return true;
}

/// Can the timeout be met within the limit, and else with a usual NIC?
void check_timeout(ClusterManifests const& cluster, MigrationSettings const& settings,
                   std::string const& where, ConfigFindings& found) {
  auto const timeout = settings.completion_timeout_per_gib;
  if (check_limit(cluster, settings.bandwidth_per_migration, timeout, where, found)) return;
  // Post-copy: the timeout then only says when to switch over.
  if (settings.allow_post_copy) return;
  auto const needed = needed_rate(timeout);
  auto const side_by_side =
      std::min(settings.parallel_outbound_per_node, settings.parallel_per_cluster);
  BitRate const of_a_node{needed.per_second * static_cast<double>(side_by_side)};
  if (of_a_node < most_of_a_nic) return;
  auto summary = fmt::format("cluster {}: {} s a gigabyte need {}", cluster.name, timeout.count(),
                             format(needed));
  if (side_by_side > 1)
    summary += fmt::format(", and the {} migrations that may leave a node at a time {}",
                           side_by_side, format(of_a_node));
  found.add("CONFIG_TIMEOUT_SHORT", scope_of(cluster), std::move(summary), {where});
}

/// A MigrationPolicy overrides the cluster's settings for the VMs that it selects.
void check_policy(ClusterManifests const& cluster, Manifest const& policy, ConfigFindings& found) {
  auto const& own = cluster.settings;
  std::vector<SettingMistake> mistakes;
  auto const settings = under_policy(own, policy, mistakes);
  for (auto const& mistake : mistakes)
    found.add(mistake.code, scope_of(cluster),
              fmt::format("cluster {}: policy {}: {}", cluster.name, policy.name, mistake.message),
              {format(mistake.place)});
  bool const same = settings.completion_timeout_per_gib == own.completion_timeout_per_gib &&
                    settings.bandwidth_per_migration == own.bandwidth_per_migration &&
                    settings.allow_post_copy == own.allow_post_copy;
  if (mistakes.empty() && !same)
    check_timeout(cluster, settings, format(policy.place("/spec")), found);
}

void check_parallelism(ClusterManifests const& cluster, std::string const& where,
                       ConfigFindings& found) {
  auto const& settings = cluster.settings;
  if (settings.parallel_outbound_per_node > settings.parallel_per_cluster)
    found.add("CONFIG_PARALLEL_UNREACHED", scope_of(cluster),
              fmt::format(
                  "cluster {}: {} migrations may leave a node at a time, but only {} run in "
                  "the cluster",
                  cluster.name, settings.parallel_outbound_per_node, settings.parallel_per_cluster),
              {where});
}

struct Difference {
  std::string_view key;
  std::string one;
  std::string other;
};

std::string shown(bool value) {
  return value ? "true" : "false";
}

std::vector<Difference> differences(MigrationSettings const& one, MigrationSettings const& other) {
  auto const rate = [](BitRate limit) {
    return limit.per_second == 0 ? std::string{"no limit"} : format(limit);
  };
  auto const number = [](auto value) { return fmt::format("{}", value); };
  std::vector<Difference> all{
      {"completionTimeoutPerGiB", number(one.completion_timeout_per_gib.count()),
       number(other.completion_timeout_per_gib.count())},
      {"progressTimeout", number(one.progress_timeout.count()),
       number(other.progress_timeout.count())},
      {"parallelMigrationsPerCluster", number(one.parallel_per_cluster),
       number(other.parallel_per_cluster)},
      {"parallelOutboundMigrationsPerNode", number(one.parallel_outbound_per_node),
       number(other.parallel_outbound_per_node)},
      {"bandwidthPerMigration", rate(one.bandwidth_per_migration),
       rate(other.bandwidth_per_migration)},
      {"allowAutoConverge", shown(one.allow_auto_converge), shown(other.allow_auto_converge)},
      {"allowPostCopy", shown(one.allow_post_copy), shown(other.allow_post_copy)}};
  std::erase_if(all, [](Difference const& pair) { return pair.one == pair.other; });
  return all;
}

std::string place_of(ClusterManifests const& cluster) {
  return format(cluster.settings.settings()->place(cluster.settings.stanza));
}

void check_versions(ClusterManifests const& one, ClusterManifests const& other,
                    ConfigFindings& found) {
  constexpr Version last_without_alpn{1, 6};
  auto const& [a, b] = std::pair{one.settings.version, other.settings.version};
  if (!a || !b) return;
  if ((*a <= last_without_alpn) != (*b <= last_without_alpn))
    found.add("CONFIG_VERSION_SKEW", scope_of(one, other),
              fmt::format("KubeVirt is {} in {} and {} in {}: they do not speak to each other",
                          format(*a), one.name, format(*b), other.name),
              {format(one.settings.kubevirt->place("/status/observedKubeVirtVersion")),
               format(other.settings.kubevirt->place("/status/observedKubeVirtVersion"))});
}
}  // namespace

BitRate needed_rate(std::chrono::seconds per_gib) {
  return {8e9 / static_cast<double>(per_gib.count())};
}

void check_timeouts(ClusterManifests const& cluster, ConfigFindings& found) {
  auto const& settings = cluster.settings;
  if (!cluster.tells_of("MigrationPolicy"))
    found.not_checked(cluster.name, "policies that change the settings for some VMs",
                      "the MigrationPolicies, if there are any: oc get migrationpolicies -o yaml");
  if (settings.settings() == nullptr) return;
  check_timeout(cluster, settings, place_of(cluster), found);
  check_parallelism(cluster, place_of(cluster), found);
  for (auto const* const attachment : attachments_to_check(cluster))
    if (attachment->rate_limit)
      check_limit(cluster, *attachment->rate_limit, settings.completion_timeout_per_gib,
                  place_in_config(*attachment, "/max_tx_rate"), found);
  for (auto const& manifest : cluster.manifests)
    if (manifest.kind == "MigrationPolicy") check_policy(cluster, manifest, found);
  if (settings.disable_tls)
    found.add("CONFIG_TLS_OFF", scope_of(cluster),
              fmt::format("cluster {}: migrations are not encrypted", cluster.name),
              {place_of(cluster) + ".disableTLS"});
}

void check_same_settings(ClusterManifests const& one, ClusterManifests const& other,
                         ConfigFindings& found) {
  auto const& [a, b] = std::pair{&one.settings, &other.settings};
  if (a->settings() == nullptr || b->settings() == nullptr) return;
  if (a->disable_tls != b->disable_tls)
    found.add("CONFIG_TLS_DIFFERS", scope_of(one, other),
              fmt::format("{} migrates with{} TLS, {} with{} it", one.name,
                          a->disable_tls ? "out" : "", other.name, b->disable_tls ? "out" : ""),
              {place_of(one), place_of(other)});
  std::vector<std::string> evidence;
  for (auto const& [key, ours, theirs] : differences(*a, *b))
    evidence.push_back(
        fmt::format("{}: {} in {}, {} in {}", key, ours, one.name, theirs, other.name));
  if (!evidence.empty()) {
    auto summary = fmt::format("the migration settings of {} and {} differ: {}", one.name,
                               other.name, evidence.front());
    evidence.insert(evidence.begin(), {place_of(one), place_of(other)});
    found.add("CONFIG_SETTINGS_DIFFER", scope_of(one, other), std::move(summary),
              std::move(evidence));
  }
  check_versions(one, other, found);
}
}  // namespace leadline
