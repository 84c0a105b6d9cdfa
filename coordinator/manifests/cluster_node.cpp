#include "coordinator/manifests/cluster_node.hpp"

#include <algorithm>
#include <string_view>

namespace leadline {
namespace {
using nlohmann::json;

void add_block(json const& value, std::vector<AddressBlock>& blocks) {
  if (!value.is_string()) return;
  auto const block = parse_block(value.get_ref<std::string const&>());
  // podCIDR stands in podCIDRs once more.
  if (block && std::ranges::count(blocks, *block) == 0) blocks.push_back(*block);
}

void add_blocks(json const* value, std::vector<AddressBlock>& blocks) {
  if (value == nullptr) return;
  if (value->is_array())
    for (auto const& item : *value)
      add_block(item.is_object() && item.contains("cidr") ? item["cidr"] : item, blocks);
  else
    add_block(*value, blocks);
}

/// OVN-Kubernetes keeps them in an annotation: {"default": ["10.128.0.0/23"]}.
void add_annotated(json const* annotation, std::vector<AddressBlock>& blocks) {
  if (annotation == nullptr || !annotation->is_string()) return;
  auto const document = read_json_document(annotation->get_ref<std::string const&>());
  if (!document || !document->value.is_object()) return;
  for (auto const& [network, subnets] : document->value.items()) add_blocks(&subnets, blocks);
}
}  // namespace

std::optional<ClusterNode> read_node(Manifest const& manifest) {
  if (manifest.kind != "Node") return std::nullopt;
  ClusterNode node{.manifest = &manifest};
  auto const* const label = manifest.find("/metadata/labels/kubevirt.io~1schedulable");
  node.labelled = label != nullptr;
  auto const* const cordon = manifest.find("/spec/unschedulable");
  bool const cordoned = cordon != nullptr && *cordon == true;
  node.schedulable = !cordoned && (label == nullptr || *label == "true");
  if (auto const* const addresses = manifest.find("/status/addresses");
      addresses != nullptr && addresses->is_array())
    for (auto const& entry : *addresses)
      if (entry.is_object() && entry.contains("address") && entry["address"].is_string())
        if (auto const address = parse_address(entry["address"].get_ref<std::string const&>()))
          node.addresses.push_back(*address);
  add_blocks(manifest.find("/spec/podCIDR"), node.pod_networks);
  add_blocks(manifest.find("/spec/podCIDRs"), node.pod_networks);
  add_annotated(manifest.find("/metadata/annotations/k8s.ovn.org~1node-subnets"),
                node.pod_networks);
  return node;
}

ClusterNetworks read_cluster_networks(Manifest const& manifest) {
  ClusterNetworks networks;
  if (manifest.kind != "Network" || !manifest.api_version.starts_with("config.openshift.io/"))
    return networks;
  add_blocks(manifest.find("/spec/clusterNetwork"), networks.pods);
  add_blocks(manifest.find("/spec/serviceNetwork"), networks.services);
  return networks;
}
}  // namespace leadline
