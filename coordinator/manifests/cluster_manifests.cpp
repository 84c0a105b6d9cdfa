#include "coordinator/manifests/cluster_manifests.hpp"

#include <algorithm>
#include <utility>

namespace leadline {

Attachment const* ClusterManifests::migration_attachment() const {
  auto const found = std::ranges::find(attachments, network_name(), &Attachment::title);
  return settings.network.empty() || found == attachments.end() ? nullptr : &*found;
}

std::string ClusterManifests::network_name() const {
  auto const& network = settings.network;
  if (network.empty() || network.find('/') != std::string::npos) return network;
  return settings.space + "/" + network;
}

bool ClusterManifests::tells_of(std::string_view kind) const {
  return asked || std::ranges::count(manifests, kind, &Manifest::kind) > 0;
}

CertificateSet const* ClusterManifests::trusted() const {
  auto const found = std::ranges::find_if(
      bundles, [](CertificateSet const& set) { return set.manifest->name == "kubevirt-ca"; });
  return found == bundles.end() ? nullptr : &*found;
}

ClusterManifests sort_manifests(std::string cluster, ManifestSet set) {
  ClusterManifests sorted;
  sorted.name = std::move(cluster);
  sorted.manifests = std::move(set.manifests);
  sorted.unreadable = std::move(set.mistakes);
  sorted.settings = read_migration_settings(sorted.manifests, sorted.setting_mistakes);
  for (auto const& manifest : sorted.manifests) {
    if (manifest.kind == "NetworkAttachmentDefinition")
      sorted.attachments.push_back(read_attachment(manifest));
    if (auto pod = read_migration_pod(manifest)) sorted.pods.push_back(*std::move(pod));
    if (auto node = read_node(manifest)) sorted.nodes.push_back(*std::move(node));
    if (auto bundle = read_bundle(manifest)) sorted.bundles.push_back(*std::move(bundle));
    if (auto secret = read_certificate_secret(manifest))
      sorted.certificates.push_back(*std::move(secret));
    std::ranges::copy(read_leases(manifest), std::back_inserter(sorted.leases));
    auto const networks = read_cluster_networks(manifest);
    std::ranges::copy(networks.pods, std::back_inserter(sorted.networks.pods));
    std::ranges::copy(networks.services, std::back_inserter(sorted.networks.services));
  }
  return sorted;
}
}  // namespace leadline
