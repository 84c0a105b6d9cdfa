#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace leadline {
namespace {
using nlohmann::json;

bool is_true(json const& config, char const* key) {
  return config.contains(key) && (config[key] == true || config[key] == "true");
}

std::string named_at(ClusterManifests const& cluster) {
  auto const* const settings = cluster.settings.settings();
  return format(settings->place(std::string{cluster.settings.stanza} + "/network"));
}

void check_name(ClusterManifests const& cluster, ConfigFindings& found) {
  auto const& settings = cluster.settings;
  if (settings.settings() == nullptr) {
    found.not_checked(cluster.name, "which network is for migrations",
                      "the HyperConverged or KubeVirt object: oc get hyperconverged -A -o "
                      "yaml");
    return;
  }
  if (settings.network.empty()) {
    found.add("CONFIG_NO_NETWORK", scope_of(cluster),
              fmt::format("cluster {}: no migration network is named", cluster.name),
              {format(settings.settings()->place(settings.stanza)) + ": there is no 'network'"});
    return;
  }
  if (cluster.migration_attachment() != nullptr) return;
  auto const plain = settings.network.substr(settings.network.find('/') + 1);
  std::vector<std::string> evidence{fmt::format("{}: '{}', which means {}", named_at(cluster),
                                                settings.network, cluster.network_name())};
  for (auto const& attachment : cluster.attachments)
    if (attachment.manifest->name == plain)
      evidence.push_back(fmt::format("{}: there is one of that name in namespace '{}'",
                                     format(attachment.manifest->place()),
                                     attachment.manifest->space));
  if (cluster.attachments.empty()) {
    found.not_checked(cluster.name, fmt::format("the network {}", cluster.network_name()),
                      "its definition: oc get network-attachment-definitions -A -o yaml");
    return;
  }
  found.add("CONFIG_NETWORK_MISSING", scope_of(cluster),
            fmt::format("cluster {}: the network {} is named, and there is none of that name",
                        cluster.name, cluster.network_name()),
            std::move(evidence));
}

void check_addresses(ClusterManifests const& cluster, Attachment const& attachment,
                     ConfigFindings& found) {
  if (attachment.plugin.empty()) return;
  auto const where = place_in_config(attachment, "");
  if (attachment.addresses.type.empty())
    found.add(
        "CONFIG_NO_ADDRESS", scope_of(cluster),
        fmt::format("cluster {}: network {} gives no address", cluster.name, attachment.title()),
        {where + (attachment.plugin == "ovn-k8s-cni-overlay"
                      ? ": there are no subnets"
                      : ": there is no ipam, or it has no type")});
  auto const mistaken = std::ranges::any_of(attachment.mistakes, [](ConfigMistake const& mistake) {
    return mistake.pointer.find("/ipam/") != std::string::npos;
  });
  auto const& type = attachment.addresses.type;
  if (attachment.addresses.pools.empty() && !mistaken &&
      (type == "whereabouts" || type == "host-local" || type == "static"))
    found.add("CONFIG_NO_ADDRESS", scope_of(cluster),
              fmt::format("cluster {}: network {} gives no address: its {} has no range",
                          cluster.name, attachment.title(), type),
              {place_in_config(attachment, "/ipam")});
}

void check_parent(ClusterManifests const& cluster, Attachment const& attachment,
                  ConfigFindings& found) {
  auto const& plugin = attachment.plugin;
  if ((plugin == "macvlan" || plugin == "ipvlan" || plugin == "vlan") && attachment.parent.empty())
    found.add("CONFIG_MASTER_UNNAMED", scope_of(cluster),
              fmt::format("cluster {}: network {} does not say which NIC it uses", cluster.name,
                          attachment.title()),
              {place_in_config(attachment, "") + ": there is no 'master'"});
}

/// The plugin gives each node's bridge the gateway's address, whatever the IPAM: the range's own,
/// its first one, or with DHCP the router's that the lease names.
void check_gateway(ClusterManifests const& cluster, Attachment const& attachment,
                   ConfigFindings& found) {
  auto const& config = attachment.config;
  auto const& ipam = attachment.addresses.type;
  bool const itself = is_true(config, "isGateway");
  if (ipam.empty() || (!itself && !is_true(config, "isDefaultGateway"))) return;
  found.add(
      "CONFIG_GATEWAY_REPEATED", scope_of(cluster),
      fmt::format("cluster {}: network {}: every node's bridge takes the same gateway address{}",
                  cluster.name, attachment.title(),
                  ipam == "dhcp" ? ": that of the router which DHCP names" : ""),
      {itself ? place_in_config(attachment, "/isGateway")
              : place_in_config(attachment, "/isDefaultGateway") +
                    ": it sets isGateway to true, also where that is false"});
}

void check_bridge(ClusterManifests const& cluster, Attachment const& attachment,
                  ConfigFindings& found) {
  if (attachment.plugin != "bridge" && attachment.plugin != "cnv-bridge") return;
  auto const& config = attachment.config;
  auto const start = fmt::format("cluster {}: network {}: ", cluster.name, attachment.title());
  bool const preserved =
      !config.contains("preserveDefaultVlan") || is_true(config, "preserveDefaultVlan");
  if ((attachment.vlan || !attachment.trunk.empty()) && preserved)
    found.add("CONFIG_DEFAULT_VLAN", scope_of(cluster),
              start + "the pod's port also stays in the bridge's default VLAN",
              {place_in_config(attachment, "/preserveDefaultVlan") +
               (config.contains("preserveDefaultVlan") ? " is true" : ": true by default")});
  check_gateway(cluster, attachment, found);
  if (is_true(config, "ipMasq"))
    found.add("CONFIG_MASQUERADE", scope_of(cluster),
              start + "the source address of what leaves it is rewritten",
              {place_in_config(attachment, "/ipMasq")});
}
}  // namespace

void check_network(ClusterManifests const& cluster, ConfigFindings& found) {
  check_name(cluster, found);
  for (auto const* const attachment : attachments_to_check(cluster)) {
    check_addresses(cluster, *attachment, found);
    check_parent(cluster, *attachment, found);
    check_bridge(cluster, *attachment, found);
  }
}
}  // namespace leadline
