#include "coordinator/read_clusters.hpp"

#include "coordinator/commands/command.hpp"
#include "coordinator/kubernetes/access_files.hpp"
#include "coordinator/kubernetes/live_cluster.hpp"
#include "coordinator/manifests/manifest_files.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace leadline {
namespace {
using Kind = ClusterSource::Kind;
using Clock = std::chrono::steady_clock;

void append(LiveObjects part, LiveObjects& whole) {
  std::ranges::move(part.objects.manifests, std::back_inserter(whole.objects.manifests));
  std::ranges::move(part.objects.mistakes, std::back_inserter(whole.objects.mistakes));
  std::ranges::move(part.unread, std::back_inserter(whole.unread));
  whole.asked = whole.asked || part.asked;
}

LiveObjects read_live(ClusterSource const& source) {
  auto access = source.kind == Kind::service_account
                    ? read_service_account()
                    : read_kubeconfig_access(source.path, source.context);
  ApiClient client{std::move(access)};
  constexpr std::chrono::seconds patience{2};
  std::optional<Clock::time_point> told;
  return read_live_cluster(client, [&](std::string_view resource) {
    auto const now = Clock::now();
    if (told && now - *told < patience) return;
    told = now;
    spdlog::info("{}: reading {} of {}", source.cluster, resource, format(client.server()));
  });
}

LiveObjects read_source(ClusterSource const& source) {
  try {
    if (source.kind == Kind::files)
      return {.objects = read_manifest_files(source.path), .unread = {}, .asked = false};
    return read_live(source);
  } catch (std::filesystem::filesystem_error const& e) {
    throw UsageError{fmt::format("{}: {}", format(source), e.code().message())};
  } catch (std::invalid_argument const& e) {
    throw UsageError{fmt::format("{}: {}", format(source), e.what())};
  } catch (ApiUnavailable const& e) {
    throw ApiUnavailable{fmt::format("{}: {}", format(source), e.what())};
  }
}
}  // namespace

std::vector<ClusterManifests> read_clusters(std::vector<ClusterSource> const& sources) {
  std::map<std::string, LiveObjects> gathered;
  std::vector<std::string> order;
  for (auto const& source : sources) {
    auto const [entry, fresh] = gathered.try_emplace(source.cluster);
    if (fresh) order.push_back(source.cluster);
    append(read_source(source), entry->second);
  }
  std::vector<ClusterManifests> clusters;
  clusters.reserve(order.size());
  for (auto const& name : order) {
    auto& [objects, unread, asked] = gathered.at(name);
    clusters.push_back(sort_manifests(name, std::move(objects)));
    clusters.back().unread = std::move(unread);
    clusters.back().asked = asked;
  }
  return clusters;
}

std::vector<ClusterManifests> read_whole_clusters(std::vector<ClusterSource> const& sources) {
  auto clusters = read_clusters(sources);
  for (auto const& cluster : clusters) {
    for (auto const& [place, message] : cluster.unreadable)
      throw UsageError{fmt::format("--cluster {}: {}: {}", cluster.name, format(place), message)};
    for (auto const& [what, needs] : cluster.unread)
      spdlog::warn("{}: not read: {}: it needs {}", cluster.name, what, needs);
  }
  return clusters;
}
}  // namespace leadline
