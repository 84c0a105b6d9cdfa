#pragma once
#include "coordinator/cluster_source.hpp"
#include "coordinator/manifests/cluster_manifests.hpp"

#include <vector>

namespace leadline {

/// Each cluster once, in the order in which they are named first; one may have several sources.
/// Throws UsageError for a source that cannot be read, and ApiUnavailable.
std::vector<ClusterManifests> read_clusters(std::vector<ClusterSource> const& sources);

/// The same, for those who need all of it: throws UsageError for a text that cannot be read as
/// well, and tells on standard error what an API kept back.
std::vector<ClusterManifests> read_whole_clusters(std::vector<ClusterSource> const& sources);
}  // namespace leadline
