#pragma once
#include "coordinator/manifests/manifest.hpp"
#include "probes/core/units.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// "v1.6.2" -> 1.6.
struct Version {
  int major{};
  int minor{};
  auto operator<=>(Version const&) const = default;
};

std::optional<Version> parse_version(std::string_view text);
std::string format(Version const& version);

/// How a cluster migrates: what its HyperConverged and KubeVirt objects say, and for what they
/// leave out the defaults of their version.
struct MigrationSettings {
  Manifest const* kubevirt{};
  Manifest const* hyperconverged{};
  std::string_view stanza;  ///< JSON pointer to the settings in the object that `settings()` gives

  std::string network;             ///< as it is written: "name" or "namespace/name"; empty: none
  std::string space;               ///< of the operator
  std::optional<Version> version;  ///< of KubeVirt
  std::chrono::seconds completion_timeout_per_gib{150};
  std::chrono::seconds progress_timeout{150};
  long parallel_per_cluster{5};
  long parallel_outbound_per_node{2};
  BitRate bandwidth_per_migration{0};  ///< 0: no limit
  bool allow_auto_converge{};
  bool allow_post_copy{};
  bool disable_tls{};
  /// The feature gate is on, or addresses are published; empty: only HyperConverged is known, and
  /// leaves the gate to a default that depends on its version.
  std::optional<bool> decentralized;
  std::vector<std::string> synchronization_addresses;  ///< "10.0.0.1:9185"

  /// The object that decides, or null: nothing was given, and all are guesses.
  [[nodiscard]] Manifest const* settings() const {
    return hyperconverged != nullptr ? hyperconverged : kubevirt;
  }
};

/// A setting that has a value which cannot be meant.
struct SettingMistake {
  Place place;
  std::string message;
  std::string_view code{"CONFIG_VALUE"};  ///< of the catalogue of findings
};

/// Of all objects of a cluster.
MigrationSettings read_migration_settings(std::vector<Manifest> const& manifests,
                                          std::vector<SettingMistake>& mistakes);

/// What remains of a cluster's settings for the VMs that a MigrationPolicy selects. What is wrong
/// in it leaves the cluster's value.
MigrationSettings under_policy(MigrationSettings settings, Manifest const& policy,
                               std::vector<SettingMistake>& mistakes);

/// Kubernetes' quantities (resource.Quantity): "64Mi", "1G", "1500m". Nothing if it is none, is
/// negative or too large.
std::optional<double> parse_quantity(std::string_view text);
}  // namespace leadline
