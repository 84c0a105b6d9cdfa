#include "coordinator/report/finding_json.hpp"
#include "coordinator/report/lint_report.hpp"
#include "probes/core/checked_json.hpp"

#include <limits>
#include <ostream>

namespace leadline {
namespace {
using nlohmann::json;

json pool_of(AddressPool const& pool) {
  json usable = json::array();
  for (auto const& range : pool.usable.ranges())
    usable.push_back({{"first", range.first.to_string()}, {"last", range.last.to_string()}});
  return {{"network", format(pool.block)},
          {"addresses", pool.usable.size()},
          {"usable", std::move(usable)}};
}

template <class T>
json or_null(std::optional<T> const& value) {
  return value ? json(*value) : json{};
}

json network_of(Attachment const& attachment) {
  json pools = json::array();
  for (auto const& pool : attachment.addresses.pools) pools.push_back(pool_of(pool));
  json trunk = json::array();
  for (auto const& [lowest, highest] : attachment.trunk)
    trunk.push_back({{"lowest", lowest}, {"highest", highest}});
  return {{"name", attachment.title()},
          {"plugin", attachment.plugin},
          {"parent", attachment.parent},
          {"vlan_id", or_null(attachment.vlan)},
          {"trunk_vlan_ids", std::move(trunk)},
          {"mtu_octets", attachment.mtu ? json(attachment.mtu->octets) : json{}},
          {"ipam", attachment.addresses.type},
          {"pools", std::move(pools)}};
}

json settings_of(MigrationSettings const& settings) {
  return {{"network", settings.network},
          {"kubevirt_version", settings.version ? json(format(*settings.version)) : json{}},
          {"completion_timeout_seconds_per_gib", settings.completion_timeout_per_gib.count()},
          {"needed_bandwidth_bits_per_second",
           needed_rate(settings.completion_timeout_per_gib).per_second},
          {"progress_timeout_seconds", settings.progress_timeout.count()},
          {"parallel_migrations_per_cluster", settings.parallel_per_cluster},
          {"parallel_outbound_migrations_per_node", settings.parallel_outbound_per_node},
          {"bandwidth_per_migration_bits_per_second", settings.bandwidth_per_migration.per_second},
          {"allow_auto_converge", settings.allow_auto_converge},
          {"allow_post_copy", settings.allow_post_copy},
          {"disable_tls", settings.disable_tls},
          {"decentralized", or_null(settings.decentralized)},
          {"synchronization_addresses", settings.synchronization_addresses}};
}

json cluster_of(ClusterManifests const& cluster) {
  json networks = json::array();
  for (auto const* const attachment : attachments_to_check(cluster))
    networks.push_back(network_of(*attachment));
  bool const known = cluster.settings.settings() != nullptr;
  return {{"cluster", cluster.name},
          {"objects", cluster.manifests.size()},
          {"networks", std::move(networks)},
          {"settings", known ? settings_of(cluster.settings) : json{}}};
}
}  // namespace

void write_lint_json(std::ostream& out, LintReport const& report) {
  json clusters = json::array();
  for (auto const& cluster : report.clusters) clusters.push_back(cluster_of(cluster));
  json findings = json::array();
  for (auto const& finding : report.result.findings) findings.push_back(finding_of(finding));
  json unchecked = json::array();
  for (auto const& [cluster, what, needs] : report.result.unchecked)
    unchecked.push_back({{"cluster", cluster}, {"what", what}, {"needs", needs}});
  json document{{"schema", "leadline.lint/v1"},        {"command", report.command},
                {"started", iso_time(report.started)}, {"verdict", format(report.result.verdict)},
                {"exit_code", report.exit_code},       {"clusters", std::move(clusters)},
                {"findings", std::move(findings)},     {"not_checked", std::move(unchecked)}};
  if (!report.failure.empty()) document["failure"] = report.failure;
  out << text_of(document) << '\n';
}
}  // namespace leadline
