#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>

namespace leadline {

void check_objects(ClusterManifests const& cluster, ConfigFindings& found) {
  for (auto const& mistake : cluster.unreadable)
    found.add("CONFIG_UNREADABLE", scope_of(cluster),
              fmt::format("cluster {}: a text cannot be read: {}", cluster.name, mistake.message),
              {format(mistake.place) + ": " + mistake.message});
  std::map<std::tuple<std::string, std::string, std::string>, Manifest const*> seen;
  for (auto const& manifest : cluster.manifests) {
    auto const group = manifest.api_version.substr(0, manifest.api_version.find('/'));
    auto const [first, fresh] =
        seen.try_emplace({group + "/" + manifest.kind, manifest.space, manifest.name}, &manifest);
    if (fresh || first->second->value == manifest.value) continue;
    found.add("CONFIG_OBJECT_TWICE", scope_of(cluster),
              fmt::format("cluster {}: {} is there twice, and the copies differ", cluster.name,
                          manifest.title()),
              {format(first->second->place()), format(manifest.place())});
  }
  for (auto const& mistake : cluster.setting_mistakes)
    found.add(mistake.code, scope_of(cluster),
              fmt::format("cluster {}: {}", cluster.name, mistake.message),
              {format(mistake.place)});
}

void check_attachments(ClusterManifests const& cluster, ConfigFindings& found) {
  for (auto const* const attachment : attachments_to_check(cluster))
    for (auto const& mistake : attachment->mistakes)
      found.add(mistake.code, scope_of(cluster),
                fmt::format("cluster {}: network {}: {}", cluster.name, attachment->title(),
                            mistake.message),
                {place_in_config(*attachment, mistake.pointer, mistake.line)});
}
}  // namespace leadline
