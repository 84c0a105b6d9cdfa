#include "coordinator/lint/config_findings.hpp"

#include "coordinator/finding_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace leadline {

void ConfigFindings::add(std::string_view code, Scope scope, std::string summary,
                         std::vector<std::string> evidence, std::optional<Severity> severity) {
  auto const& kind = kind_of(code);
  found_.push_back({.code = std::string{code},
                    .severity = severity.value_or(kind.severity),
                    .scope = std::move(scope),
                    .summary = std::move(summary),
                    .evidence = std::move(evidence),
                    .remedy = std::string{kind.remedy}});
}

void ConfigFindings::not_checked(std::string const& cluster, std::string what, std::string needs) {
  bool const said = std::ranges::any_of(unchecked_, [&](Unchecked const& other) {
    return other.cluster == cluster && other.what == what;
  });
  if (said) return;
  unchecked_.push_back({.cluster = cluster, .what = std::move(what), .needs = std::move(needs)});
}

std::vector<Finding> ConfigFindings::in_order() const {
  auto sorted = found_;
  std::ranges::stable_sort(sorted, std::ranges::greater{}, &Finding::severity);
  return sorted;
}

Scope scope_of(ClusterManifests const& cluster) {
  return {.kind = Scope::Kind::cluster, .source = cluster.name, .target = {}};
}

Scope scope_of(ClusterManifests const& one, ClusterManifests const& other) {
  return {.kind = Scope::Kind::cluster_pair, .source = one.name, .target = other.name};
}

Scope node_scope(ClusterManifests const& cluster, std::string const& node) {
  return {.kind = Scope::Kind::node, .source = cluster.name + "/" + node, .target = {}};
}

std::vector<Attachment const*> attachments_to_check(ClusterManifests const& cluster) {
  if (auto const* const named = cluster.migration_attachment()) return {named};
  std::vector<Attachment const*> all;
  all.reserve(cluster.attachments.size());
  for (auto const& attachment : cluster.attachments) all.push_back(&attachment);
  return all;
}

std::string place_in_config(Attachment const& attachment, std::string_view pointer, int line) {
  auto place = attachment.manifest->place("/spec/config");
  for (char const c : pointer) place.path += c == '/' ? '.' : c;
  auto const text = format(place);
  return line > 0 ? fmt::format("{} (line {} of the configuration)", text, line) : text;
}
}  // namespace leadline
