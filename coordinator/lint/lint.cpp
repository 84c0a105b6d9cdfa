#include "coordinator/lint/lint.hpp"

#include <algorithm>

namespace leadline {
namespace {
void check_cluster(ClusterManifests const& cluster, UnixTime now, ConfigFindings& found) {
  check_objects(cluster, found);
  check_attachments(cluster, found);
  check_network(cluster, found);
  check_pools(cluster, found);
  check_holders(cluster, found);
  check_handlers(cluster, found);
  check_timeouts(cluster, found);
  check_trust(cluster, now, found);
  check_ports(cluster, found);
}

void check_pair(ClusterManifests const& one, ClusterManifests const& other, UnixTime now,
                ConfigFindings& found) {
  check_same_network(one, other, found);
  check_address_use(one, other, found);
  check_same_settings(one, other, found);
  check_mutual_trust(one, other, now, found);
  check_mutual_trust(other, one, now, found);
  check_policies(one, other, found);
  check_policies(other, one, found);
}

LintResult::Verdict judge(LintResult const& result, std::span<ClusterManifests const> clusters) {
  auto const has = [&](Severity severity) {
    return std::ranges::count(result.findings, severity, &Finding::severity) > 0;
  };
  if (has(Severity::error)) return LintResult::Verdict::errors;
  bool const known =
      !clusters.empty() && std::ranges::all_of(clusters, [](ClusterManifests const& cluster) {
        auto const& settings = cluster.settings;
        bool const none = settings.settings() != nullptr && settings.network.empty();
        return none || cluster.migration_attachment() != nullptr;
      });
  if (!known) return LintResult::Verdict::unknown;
  return has(Severity::warning) ? LintResult::Verdict::warnings : LintResult::Verdict::clean;
}
}  // namespace

std::string_view format(LintResult::Verdict verdict) {
  switch (verdict) {
    case LintResult::Verdict::clean:
      return "clean";
    case LintResult::Verdict::warnings:
      return "warnings";
    case LintResult::Verdict::errors:
      return "errors";
    case LintResult::Verdict::unknown:
      break;
  }
  return "unknown";
}

LintResult lint(std::span<ClusterManifests const> clusters, UnixTime now) {
  ConfigFindings found;
  for (auto const& cluster : clusters)
    for (auto const& [what, needs] : cluster.unread) found.not_checked(cluster.name, what, needs);
  for (auto const& cluster : clusters) check_cluster(cluster, now, found);
  for (std::size_t i = 0; i < clusters.size(); ++i)
    for (std::size_t k = i + 1; k < clusters.size(); ++k)
      check_pair(clusters[i], clusters[k], now, found);
  if (clusters.size() > 1)
    for (auto const& cluster : clusters) check_synchronization(cluster, found);
  LintResult result{.findings = found.in_order(), .unchecked = found.unchecked()};
  result.verdict = judge(result, clusters);
  return result;
}

int exit_code(LintResult::Verdict verdict, bool strict) {
  switch (verdict) {
    case LintResult::Verdict::clean:
      return 0;
    case LintResult::Verdict::warnings:
      return strict ? 10 : 0;
    case LintResult::Verdict::errors:
      return 20;
    case LintResult::Verdict::unknown:
      break;
  }
  return 30;
}
}  // namespace leadline
