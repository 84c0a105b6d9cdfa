#include "coordinator/lint/rules.hpp"
#include "coordinator/lint/validity.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace leadline {
namespace {
constexpr std::size_t most_authorities = 50;  // what KubeVirt keeps of a merged bundle

void check_readable(ClusterManifests const& cluster, CertificateSet const& set,
                    ConfigFindings& found) {
  if (!set.mistake.empty())
    found.add("CONFIG_CERTIFICATE_UNREADABLE", scope_of(cluster),
              fmt::format("cluster {}: {}: {}", cluster.name, set.manifest->title(), set.mistake),
              {place_of(set)});
}

/// Those of the bundle that KubeVirt drops, or will soon.
void check_bundle(ClusterManifests const& cluster, CertificateSet const& set, UnixTime now,
                  ConfigFindings& found) {
  std::size_t valid = 0;
  std::chrono::seconds rest{};  // of the last one to end
  for (auto const& certificate : set.certificates) {
    auto const facts = facts_of(certificate.get());
    auto const start =
        fmt::format("cluster {}: {}: {}", cluster.name, set.manifest->title(), name_of(facts));
    if (has_expired(facts, now)) {
      found.add("CONFIG_CA_EXPIRED", scope_of(cluster),
                fmt::format("{} expired on {}", start, date_of(facts.not_after_unix_seconds)),
                {place_of(set)});
    } else if (is_too_early(facts, now)) {
      found.add(
          "CONFIG_CA_NOT_YET_VALID", scope_of(cluster),
          fmt::format("{} is valid from {} on", start, date_of(facts.not_before_unix_seconds)),
          {place_of(set)});
    } else {
      ++valid;
      rest = std::max(rest, rest_of(facts, now));
    }
  }
  if (set.certificates.size() > most_authorities)
    found.add("CONFIG_CA_MANY", scope_of(cluster),
              fmt::format("cluster {}: {} holds {} authorities", cluster.name,
                          set.manifest->title(), set.certificates.size()),
              {place_of(set)});
  if (valid > 0 && rest < shortest_rest)
    found.add(
        "CONFIG_CA_EXPIRES_SOON", scope_of(cluster),
        fmt::format("cluster {}: all of {} expires in {}", cluster.name, set.manifest->title(),
                    format(rest)),
        {place_of(set), "the last of them on " + date_of((now + rest).time_since_epoch().count())});
  if (valid == 0 && set.mistake.empty())
    found.add("CONFIG_CA_EXPIRED", scope_of(cluster),
              fmt::format("cluster {}: {} holds no authority that is valid now", cluster.name,
                          set.manifest->title()),
              {place_of(set)}, Severity::error);
}

void check_leaf(ClusterManifests const& cluster, CertificateSet const& set, UnixTime now,
                ConfigFindings& found) {
  if (set.certificates.empty()) return;
  auto const& rule = *certificate_rule(set.manifest->name);
  auto const facts = facts_of(set.certificates.front().get());
  auto const start = fmt::format("cluster {}: {}: ", cluster.name, set.manifest->title());
  if (facts.common_name != rule.common_name)
    found.add("CONFIG_CERTIFICATE_NAME", scope_of(cluster),
              fmt::format("{}the common name is '{}', wanted is '{}'", start, facts.common_name,
                          rule.common_name),
              {place_of(set)});
  if (std::ranges::count(facts.extended_key_usage, rule.usage) == 0)
    found.add("CONFIG_CERTIFICATE_USAGE", scope_of(cluster),
              fmt::format("{}the extended key usage is '{}', wanted is {}", start,
                          fmt::join(facts.extended_key_usage, ", "), rule.usage),
              {place_of(set)});
  if (!is_valid(facts, now))
    found.add(
        "CONFIG_CERTIFICATE_EXPIRED", scope_of(cluster),
        fmt::format("{}valid from {} to {} only", start, date_of(facts.not_before_unix_seconds),
                    date_of(facts.not_after_unix_seconds)),
        {place_of(set)});
}
}  // namespace

void check_trust(ClusterManifests const& cluster, UnixTime now, ConfigFindings& found) {
  for (auto const& bundle : cluster.bundles) {
    check_readable(cluster, bundle, found);
    if (bundle.manifest->name == "kubevirt-ca")
      check_bundle(cluster, bundle, now, found);
    else
      found.add("CONFIG_EXTERNAL_CA_WAITING", scope_of(cluster),
                fmt::format("cluster {}: {} still holds what was copied into it", cluster.name,
                            bundle.manifest->title()),
                {place_of(bundle)});
  }
  for (auto const& secret : cluster.certificates) {
    check_readable(cluster, secret, found);
    check_leaf(cluster, secret, now, found);
  }
  if (cluster.trusted() == nullptr)
    found.not_checked(cluster.name, "which authorities are trusted, and how long",
                      "the ConfigMap kubevirt-ca: oc get configmap kubevirt-ca -n NAMESPACE -o "
                      "yaml");
  if (cluster.certificates.empty())
    found.not_checked(cluster.name, "virt-handler's certificates",
                      "their public part: oc get secret kubevirt-virt-handler-server-certs -n "
                      "NAMESPACE -o yaml, without the line of tls.key");
}
}  // namespace leadline
