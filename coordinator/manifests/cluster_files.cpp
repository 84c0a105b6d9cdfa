#include "coordinator/manifests/cluster_files.hpp"

#include "coordinator/commands/command.hpp"
#include "coordinator/manifests/manifest_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace leadline {

std::vector<ClusterManifests> read_clusters(
    std::vector<std::pair<std::string, std::filesystem::path>> const& paths) {
  std::map<std::string, ManifestSet> sets;
  std::vector<std::string> order;
  for (auto const& [name, path] : paths) {
    auto const [set, fresh] = sets.try_emplace(name);
    if (fresh) order.push_back(name);
    try {
      auto part = read_manifest_files(path);
      std::ranges::move(part.manifests, std::back_inserter(set->second.manifests));
      std::ranges::move(part.mistakes, std::back_inserter(set->second.mistakes));
    } catch (std::filesystem::filesystem_error const& e) {
      throw UsageError{fmt::format("--cluster {}={}: {}", name, path.string(), e.code().message())};
    }
  }
  std::vector<ClusterManifests> clusters;
  clusters.reserve(order.size());
  for (auto const& name : order) clusters.push_back(sort_manifests(name, std::move(sets.at(name))));
  return clusters;
}

std::vector<ClusterManifests> read_whole_clusters(
    std::vector<std::pair<std::string, std::filesystem::path>> const& paths) {
  auto clusters = read_clusters(paths);
  for (auto const& cluster : clusters)
    for (auto const& [place, message] : cluster.unreadable)
      throw UsageError{fmt::format("--cluster {}: {}: {}", cluster.name, format(place), message)};
  return clusters;
}
}  // namespace leadline
