#pragma once
#include "coordinator/manifests/manifest.hpp"
#include "coordinator/manifests/migration_settings.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace leadline {

using Labels = std::map<std::string, std::string, std::less<>>;

/// Labels of an object, as far as they are known.
struct KnownLabels {
  Labels labels;
  bool all{};  ///< false: it may have others
};

KnownLabels read_labels(Manifest const& manifest);

/// Of a namespace: what its object says or, without that, the one label that every namespace has.
KnownLabels labels_of_namespace(std::vector<Manifest> const& manifests, std::string const& space);

/// A MigrationPolicy object: settings of its own for the VMs that it selects.
struct MigrationPolicy {
  std::string name;
  bool has_selectors{};  ///< one without selects no VM
  Labels machine;        ///< that a VM must have, each of them; empty: every VM
  Labels space;          ///< that its namespace must have
  std::optional<std::chrono::seconds> completion_timeout_per_gib;
  std::optional<BitRate> bandwidth_per_migration;
  std::optional<bool> allow_auto_converge;
  std::optional<bool> allow_post_copy;
};

/// Nothing if it is none. A value that cannot be meant counts as not set: lint names it.
std::optional<MigrationPolicy> read_migration_policy(Manifest const& manifest);

MigrationSettings with_policy(MigrationSettings settings, MigrationPolicy const& policy);

/// Which policy holds for a VM: null for none.
struct PolicyChoice {
  MigrationPolicy const* chosen{};
  /// Would hold instead, if labels are there that are not known.
  std::vector<MigrationPolicy const*> possible;
};

/// As KubeVirt's virt-controller does it (migrationpolicy.go): the most labels win, then the most
/// labels of the VM, then the name that comes first. `policies` must outlive the result.
PolicyChoice choose_policy(std::vector<MigrationPolicy> const& policies, KnownLabels const& machine,
                           KnownLabels const& space);
}  // namespace leadline
