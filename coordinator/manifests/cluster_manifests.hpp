#pragma once
#include "coordinator/manifests/attachment.hpp"
#include "coordinator/manifests/cluster_node.hpp"
#include "coordinator/manifests/lease.hpp"
#include "coordinator/manifests/migration_pod.hpp"
#include "coordinator/manifests/migration_settings.hpp"
#include "coordinator/manifests/trust.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// What could not be had, and what it would have taken.
struct Unread {
  std::string what;  ///< that cannot be checked
  std::string needs;
};

/// All that a cluster says about its migration network. What it holds points into its own
/// manifests: it moves, and is not copied.
struct ClusterManifests {
  std::string name;
  std::vector<Manifest> manifests;
  std::vector<ManifestMistake> unreadable;
  std::vector<Unread> unread;  ///< of a cluster that was read live
  bool asked{};  ///< live: of a kind without objects, and not in `unread`, there are none

  MigrationSettings settings;
  std::vector<SettingMistake> setting_mistakes;
  std::vector<Attachment> attachments;
  std::vector<MigrationPod> pods;
  std::vector<ClusterNode> nodes;
  ClusterNetworks networks;  ///< apart from the nodes' parts
  std::vector<Lease> leases;
  std::vector<CertificateSet> bundles;
  std::vector<CertificateSet> certificates;

  ClusterManifests() = default;
  ClusterManifests(ClusterManifests const&) = delete;
  ClusterManifests& operator=(ClusterManifests const&) = delete;
  ClusterManifests(ClusterManifests&&) = default;
  ClusterManifests& operator=(ClusterManifests&&) = default;
  ~ClusterManifests() = default;

  /// The attachment that the settings name, where KubeVirt looks for it: a name without a namespace
  /// lies in the operator's. Null: there is none, or none is named.
  [[nodiscard]] Attachment const* migration_attachment() const;
  /// "namespace/name" of the network that the settings name; empty if none is named.
  [[nodiscard]] std::string network_name() const;
  /// Are the objects of this kind known, be it that there are none? Files that have none of them do
  /// not tell whether the cluster has.
  [[nodiscard]] bool tells_of(std::string_view kind) const;
  /// The bundle that virt-handlers trust, or null.
  [[nodiscard]] CertificateSet const* trusted() const;
};

ClusterManifests sort_manifests(std::string cluster, ManifestSet set);
}  // namespace leadline
