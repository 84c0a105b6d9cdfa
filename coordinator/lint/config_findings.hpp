#pragma once
#include "coordinator/finding.hpp"
#include "coordinator/manifests/cluster_manifests.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// A check that could not be made, and what it would have needed.
struct Unchecked {
  std::string cluster;
  std::string what;
  std::string needs;
};

/// Collects what the rules find.
class ConfigFindings {
 public:
  /// `code` must be in the catalogue; its severity holds unless another is given.
  void add(std::string_view code, Scope scope, std::string summary,
           std::vector<std::string> evidence, std::optional<Severity> severity = {});
  /// What was said already of this cluster is not said again.
  void not_checked(std::string const& cluster, std::string what, std::string needs);

  /// The worst first, else in the order in which they were found.
  [[nodiscard]] std::vector<Finding> in_order() const;

  [[nodiscard]] std::vector<Unchecked> const& unchecked() const { return unchecked_; }

 private:
  std::vector<Finding> found_;
  std::vector<Unchecked> unchecked_;
};

Scope scope_of(ClusterManifests const& cluster);
Scope scope_of(ClusterManifests const& one, ClusterManifests const& other);
/// "east/n1".
Scope node_scope(ClusterManifests const& cluster, std::string const& node);

/// The attachments that are for migration: the one that is named, or all where none is.
std::vector<Attachment const*> attachments_to_check(ClusterManifests const& cluster);
/// "east/nad.yaml:7: spec.config.vlan (line 3 of the configuration)".
std::string place_in_config(Attachment const& attachment, std::string_view pointer, int line = 0);
}  // namespace leadline
