#pragma once
#include "tests/lint/clusters.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace leadline {
/// A pair of changes to healthy clusters: one that deserves these findings and no other, and one
/// near it that deserves none.
struct LintRule {
  std::string name;
  std::vector<Change> bad;
  std::vector<std::string> findings;
  std::vector<Change> good{};
};

inline std::ostream& operator<<(std::ostream& out, LintRule const& rule) {
  return out << rule.name;
}

/// By what the mistake is in.
std::vector<LintRule> attachment_rules();
std::vector<LintRule> address_rules();
std::vector<LintRule> peer_network_rules();
std::vector<LintRule> settings_rules();
std::vector<LintRule> trust_rules();
std::vector<LintRule> policy_rules();

/// What the rules change in the healthy clusters' manifests, and into what.
namespace manifest_edits {
inline constexpr auto ipam_end = "\"range_end\": \"10.200.5.99\"";
inline constexpr auto master = "\"master\": \"eth1.100\"";
inline constexpr auto plain = R"("type": "macvlan",
      "master": "eth1.100",
      "mode": "bridge",)";
inline constexpr auto as_bridge = R"("type": "bridge", "bridge": "br1", "vlan": 100,
      "preserveDefaultVlan": false,)";

/// Of east.
inline constexpr auto ipam = R"("type": "whereabouts",
        "range": "10.200.5.0/24",
        "range_start": "10.200.5.10",
        "range_end": "10.200.5.99")";
inline constexpr auto fixed = R"("type": "static",
        "addresses": [{"address": "10.200.5.10/24"}, {"address": "10.200.5.11/24"}])";

inline constexpr auto timeout = "    migrations:\n      completionTimeoutPerGiB: 150";
inline constexpr auto shorter = "    migrations:\n      completionTimeoutPerGiB: ";
inline constexpr auto hyperconverged = "    allowAutoConverge: false\n";

/// Both clusters with OVN-Kubernetes' localnet; `subnets` are east's.
inline std::vector<Change> localnets(std::string const& subnets) {
  auto const start = std::string{plain} + "\n      \"mtu\": 9000,\n      \"ipam\": {\n        ";
  auto const overlay = [](std::string const& addresses) {
    return R"("type": "ovn-k8s-cni-overlay", "topology": "localnet", "vlanID": 100, "mtu": 9000,
      "netAttachDefName": "openshift-cnv/migration", )" +
           addresses;
  };
  return {{"east", start + ipam + "\n      }", overlay(subnets)},
          {"west", start + R"("type": "whereabouts",
        "range": "10.200.5.0/24",
        "range_start": "10.200.5.100",
        "range_end": "10.200.5.199"
      })",
           overlay(R"("subnets": "10.200.5.0/24", "excludeSubnets": "10.200.5.0/26")")}};
}

/// East with an IPPool of this name besides its own, in which 10.200.5.60 is leased to another.
inline std::vector<Change> two_pools(std::string const& name, std::string const& holder) {
  return {{"east", "  allocations:\n", "  allocations:\n    \"60\": {podref: default/vm-a}\n"},
          {"east", "apiVersion: config.openshift.io/v1",
           "apiVersion: whereabouts.cni.cncf.io/v1alpha1\nkind: IPPool\nmetadata: {name: " + name +
               "}\nspec: {range: 10.200.5.0/25, allocations: {'60': {podref: " + holder +
               "}}}\n---\napiVersion: config.openshift.io/v1"}};
}

/// The same, where the migration network's pools have this name in front, and the other
/// "migration".
inline std::vector<Change> named_pool(std::string const& name) {
  auto changes = two_pools("migration-10.200.5.0-25", "openshift-cnv/virt-handler-x");
  changes.push_back(
      {"east", ipam_end, std::string{ipam_end} + R"(, "network_name": ")" + name + '"'});
  changes.push_back({"east", "  name: 10.200.5.0-24", "  name: migration-10.200.5.0-24"});
  return changes;
}

/// The same change to both clusters.
inline std::vector<Change> both(std::string const& from, std::string const& to) {
  return {{"east", from, to}, {"west", from, to}};
}

/// Both clusters with the bridge plugin, and more in the configuration of east.
inline std::vector<Change> bridges(std::string const& more) {
  return {{"east", plain, std::string{as_bridge} + more}, {"west", plain, as_bridge}};
}

/// The same in both.
inline std::vector<Change> same_bridges(std::string const& more) {
  return both(plain, std::string{as_bridge} + more);
}

/// Both clusters with localnets, and more in their configurations.
inline std::vector<Change> localnets(std::string const& more_in_east,
                                     std::string const& more_in_west) {
  auto const config = [](std::string const& excluded, std::string const& more) {
    return R"("type": "ovn-k8s-cni-overlay", "topology": "localnet", "vlanID": 100,
      "netAttachDefName": "openshift-cnv/migration", "subnets": "10.200.5.0/24",
      "excludeSubnets": ")" +
           excluded + "\"," + more;
  };
  return {{"east", plain, config("10.200.5.64/26,10.200.5.128/25", more_in_east)},
          {"west", plain, config("10.200.5.0/26", more_in_west)}};
}

/// One more object in east.
inline std::vector<Change> with_object(std::string const& text) {
  return {{"east", "apiVersion: config.openshift.io/v1",
           text + "\n---\napiVersion: config.openshift.io/v1"}};
}

inline std::vector<Change> with_policy(std::string const& spec) {
  return with_object(
      "apiVersion: migrations.kubevirt.io/v1alpha1\nkind: MigrationPolicy\n"
      "metadata: {name: p}\nspec: {" +
      spec + "}");
}

/// Without the KubeVirt object: HyperConverged alone is known.
inline std::vector<Change> without_kubevirt(std::vector<Change> more) {
  more.push_back({"east", "apiVersion: kubevirt.io/v1\nkind: KubeVirt",
                  "apiVersion: example.org/v1\nkind: Other"});
  return more;
}
}  // namespace manifest_edits
}  // namespace leadline
