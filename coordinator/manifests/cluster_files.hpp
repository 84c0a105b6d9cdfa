#pragma once
#include "coordinator/manifests/cluster_manifests.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace leadline {

/// Each cluster once, in the order in which they are named first; one may have several paths.
/// Throws UsageError for a path that cannot be read.
std::vector<ClusterManifests> read_clusters(
    std::vector<std::pair<std::string, std::filesystem::path>> const& paths);

/// The same, for those who need all of it: throws UsageError for a text that cannot be read as
/// well.
std::vector<ClusterManifests> read_whole_clusters(
    std::vector<std::pair<std::string, std::filesystem::path>> const& paths);
}  // namespace leadline
