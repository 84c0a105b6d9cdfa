#include "coordinator/config_catalogue.hpp"
#include "coordinator/manifests/manifest_files.hpp"
#include "tests/lint/clusters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace leadline {
namespace {

/// A pair of changes to healthy clusters: one that deserves these findings and no other, and one
/// near it that deserves none.
struct Rule {
  std::string name;
  std::vector<Change> bad;
  std::vector<std::string> findings;
  std::vector<Change> good{};
};

std::ostream& operator<<(std::ostream& out, Rule const& rule) {
  return out << rule.name;
}

class LintRules : public testing::TestWithParam<Rule> {};

TEST_P(LintRules, FindsTheMistakeAndNothingElse) {
  auto expected = GetParam().findings;
  std::ranges::sort(expected);
  auto const result = lint_changed(GetParam().bad);
  EXPECT_EQ(names_of(result), expected);
  for (auto const& finding : result.findings) {
    EXPECT_NE(finding.summary, "");
    ASSERT_FALSE(finding.evidence.empty()) << finding.code;
    EXPECT_NE(finding.evidence.front().find(".yaml:"), std::string::npos)
        << finding.code << " does not say where: " << finding.evidence.front();
  }
}

TEST_P(LintRules, LetsWhatIsNearItPass) {
  EXPECT_EQ(names_of(lint_changed(GetParam().good)), std::vector<std::string>{});
}

constexpr auto ipam_end = "\"range_end\": \"10.200.5.99\"";
constexpr auto master = "\"master\": \"eth1.100\"";
constexpr auto plain = R"("type": "macvlan",
      "master": "eth1.100",
      "mode": "bridge",)";
constexpr auto as_bridge = R"("type": "bridge", "bridge": "br1", "vlan": 100,
      "preserveDefaultVlan": false,)";

/// Of east.
constexpr auto ipam = R"("type": "whereabouts",
        "range": "10.200.5.0/24",
        "range_start": "10.200.5.10",
        "range_end": "10.200.5.99")";
constexpr auto fixed = R"("type": "static",
        "addresses": [{"address": "10.200.5.10/24"}, {"address": "10.200.5.11/24"}])";

/// Both clusters with OVN-Kubernetes' localnet; `subnets` are east's.
std::vector<Change> localnets(std::string const& subnets) {
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
std::vector<Change> two_pools(std::string const& name, std::string const& holder) {
  return {{"east", "  allocations:\n", "  allocations:\n    \"60\": {podref: default/vm-a}\n"},
          {"east", "apiVersion: config.openshift.io/v1",
           "apiVersion: whereabouts.cni.cncf.io/v1alpha1\nkind: IPPool\nmetadata: {name: " + name +
               "}\nspec: {range: 10.200.5.0/25, allocations: {'60': {podref: " + holder +
               "}}}\n---\napiVersion: config.openshift.io/v1"}};
}

/// The same, where the migration network's pools have this name in front, and the other
/// "migration".
std::vector<Change> named_pool(std::string const& name) {
  auto changes = two_pools("migration-10.200.5.0-25", "openshift-cnv/virt-handler-x");
  changes.push_back(
      {"east", ipam_end, std::string{ipam_end} + R"(, "network_name": ")" + name + '"'});
  changes.push_back({"east", "  name: 10.200.5.0-24", "  name: migration-10.200.5.0-24"});
  return changes;
}

/// The same change to both clusters.
std::vector<Change> both(std::string const& from, std::string const& to) {
  return {{"east", from, to}, {"west", from, to}};
}

/// Both clusters with the bridge plugin, and more in the configuration of east.
std::vector<Change> bridges(std::string const& more) {
  return {{"east", plain, std::string{as_bridge} + more}, {"west", plain, as_bridge}};
}

/// The same in both.
std::vector<Change> same_bridges(std::string const& more) {
  return both(plain, std::string{as_bridge} + more);
}

/// Both clusters with localnets, and more in their configurations.
std::vector<Change> localnets(std::string const& more_in_east, std::string const& more_in_west) {
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
std::vector<Change> with_object(std::string const& text) {
  return {{"east", "apiVersion: config.openshift.io/v1",
           text + "\n---\napiVersion: config.openshift.io/v1"}};
}

std::vector<Change> with_policy(std::string const& spec) {
  return with_object(
      "apiVersion: migrations.kubevirt.io/v1alpha1\nkind: MigrationPolicy\n"
      "metadata: {name: p}\nspec: {" +
      spec + "}");
}

/// Without the KubeVirt object: HyperConverged alone is known.
std::vector<Change> without_kubevirt(std::vector<Change> more) {
  more.push_back({"east", "apiVersion: kubevirt.io/v1\nkind: KubeVirt",
                  "apiVersion: example.org/v1\nkind: Other"});
  return more;
}

constexpr auto timeout = "    migrations:\n      completionTimeoutPerGiB: 150";
constexpr auto shorter = "    migrations:\n      completionTimeoutPerGiB: ";
constexpr auto hyperconverged = "    allowAutoConverge: false\n";

std::vector<Rule> rules() {
  std::vector<Rule> all{
      {"yaml_broken",
       {{"east", "apiVersion: kubevirt.io/v1\nkind: KubeVirt",
         "apiVersion: [kubevirt.io/v1\nkind"}},
       {"CONFIG_UNREADABLE cluster east"}},
      {"no_kind", {{"east", "kind: IPPool", "sort: IPPool"}}, {"CONFIG_UNREADABLE cluster east"}},
      {"object_twice",
       {{"east", "apiVersion: config.openshift.io/v1",
         "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n---\napiVersion: "
         "config.openshift.io/v1"}},
       {"CONFIG_OBJECT_TWICE cluster east"}},
      {"nad_not_json",
       {{"east", "\"mode\": \"bridge\",", "\"mode\": \"bridge\""}},
       {"CONFIG_NAD_BROKEN cluster east"}},
      {"unknown_key",
       {{"east", master, "\"master\": \"eth1.100\", \"linkInConteiner\": false"}},
       {"CONFIG_KEY_UNKNOWN cluster east"},
       both(master, "\"master\": \"eth1.100\", \"linkInContainer\": false")},
      {"unknown_ipam_key",
       {{"east", ipam_end, "\"rangeEnd\": \"10.200.5.99\", \"range_end\": \"10.200.5.99\""}},
       {"CONFIG_KEY_UNKNOWN cluster east"},
       {{"east", ipam_end, "\"range_end\": \"10.200.5.99\", \"log_level\": \"debug\""}}},
      {"mode",
       {{"east", "\"mode\": \"bridge\"", "\"mode\": \"brigde\""}},
       {"CONFIG_VALUE cluster east"},
       {{"east", "\"mode\": \"bridge\"", "\"mode\": \"private\""}}},
      {"vlan_out_of_range",
       bridges("\"vlanTrunk\": [{\"id\": 4095}],"),
       {"CONFIG_VALUE cluster east"},
       same_bridges("\"vlanTrunk\": [{\"id\": 4094}],")},
      {"trunk_without_end",
       bridges("\"vlanTrunk\": [{\"minID\": 10}],"),
       {"CONFIG_VALUE cluster east"},
       same_bridges("\"vlanTrunk\": [{\"minID\": 10, \"maxID\": 20}],")},
      {"trunk_backwards",
       bridges("\"vlanTrunk\": [{\"minID\": 20, \"maxID\": 10}],"),
       {"CONFIG_VALUE cluster east"},
       same_bridges("\"vlanTrunk\": [{\"minID\": 10, \"maxID\": 10}],")},
      {"vlan_in_quotes",
       {{"east", plain,
         R"("type": "bridge", "bridge": "br1", "vlan": "100", "preserveDefaultVlan": false,)"},
        {"west", plain, as_bridge}},
       {"CONFIG_VALUE cluster east"},
       bridges("")},
      {"hairpin_and_promiscuous",
       bridges("\"hairpinMode\": true, \"promiscMode\": true,"),
       {"CONFIG_CONTRADICTION cluster east"},
       bridges("\"hairpinMode\": true, \"promiscMode\": false,")},
      {"ipam_on_a_disabled_interface",
       bridges("\"disableContainerInterface\": true,"),
       {"CONFIG_CONTRADICTION cluster east"},
       bridges("\"disableContainerInterface\": false,")},
      {"default_vlan_kept",
       {{"east", plain, R"("type": "bridge", "bridge": "br1", "vlan": 100,)"},
        {"west", plain, as_bridge}},
       {"CONFIG_DEFAULT_VLAN cluster east"},
       bridges("")},
      {"gateway_on_each_node",
       bridges("\"isGateway\": true,"),
       {"CONFIG_GATEWAY_REPEATED cluster east"},
       bridges("\"isGateway\": false,")},
      {"default_gateway_on_each_node",
       bridges("\"isDefaultGateway\": true, \"isGateway\": false,"),
       {"CONFIG_GATEWAY_REPEATED cluster east"},
       bridges("\"isDefaultGateway\": false,")},
      {"gateway_from_dhcp",
       {{"east", plain, std::string{as_bridge} + "\"isGateway\": true,"},
        {"west", plain, as_bridge},
        {"east", ipam, "\"type\": \"dhcp\""}},
       {"CONFIG_GATEWAY_REPEATED cluster east"},
       {{"east", plain, as_bridge},
        {"west", plain, as_bridge},
        {"east", ipam, "\"type\": \"dhcp\""}}},
      {"masquerade",
       bridges("\"ipMasq\": true,"),
       {"CONFIG_MASQUERADE cluster east"},
       bridges("\"ipMasq\": false,")},
      {"cni_version",
       {{"east", "\"0.3.1\"", "\"0.2.0\""}},
       {"CONFIG_CNI_VERSION cluster east"},
       {{"east", "\"0.3.1\"", "\"1.0.0\""}}},
      {"no_network_named",
       {{"east", "    network: migration\n", ""}, {"east", "      network: migration\n", ""}},
       {"CONFIG_NO_NETWORK cluster east"}},
      {"network_in_another_namespace",
       {{"east", "namespace: openshift-cnv\nspec:\n  config",
         "namespace: default\nspec:\n  config"}},
       {"CONFIG_NETWORK_MISSING cluster east"},
       {{"east", "    network: migration\n", "    network: openshift-cnv/migration\n"},
        {"east", "      network: migration\n", "      network: openshift-cnv/migration\n"}}},
      {"no_address",
       {{"east", "\"type\": \"whereabouts\"", "\"type\": \"\""}},
       {"CONFIG_NO_ADDRESS cluster east"}},
      {"no_ipam_at_all",
       {{"east", std::string{"\"mtu\": 9000,\n      \"ipam\": {\n        "} + ipam + "\n      }",
         "\"mtu\": 9000"}},
       {"CONFIG_NO_ADDRESS cluster east"},
       {{"east", ipam, R"("type": "dhcp")"}}},
      {"localnet_without_subnets",
       localnets(R"("excludeSubnets": "")"),
       {"CONFIG_NO_ADDRESS cluster east"},
       localnets(
           R"("subnets": "10.200.5.0/24", "excludeSubnets": "10.200.5.64/26,10.200.5.128/25")")},
      {"no_range",
       {{"east", "\"range\": \"10.200.5.0/24\",\n", "\n"}},
       {"CONFIG_NO_ADDRESS cluster east"}},
      {"no_master",
       {{"east", std::string{master} + ",", ""}, {"west", std::string{master} + ",", ""}},
       {"CONFIG_MASTER_UNNAMED cluster east", "CONFIG_MASTER_UNNAMED cluster west"}},
      {"excluded_altogether",
       {{"east", ipam_end, "\"range_end\": \"10.200.5.99\", \"exclude\": [\"10.200.5.0/25\"]"}},
       {"CONFIG_POOL_EMPTY cluster east", "CONFIG_ADDRESS_OUTSIDE node east/n1",
        "CONFIG_ADDRESS_OUTSIDE node east/n2"},
       {{"east", ipam_end, "\"range_end\": \"10.200.5.99\", \"exclude\": [\"10.200.5.64/27\"]"}}},
      {"small_pool",
       {{"east", ipam_end, "\"range_end\": \"10.200.5.12\""}},
       {"CONFIG_POOL_SMALL cluster east"},
       {{"east", ipam_end, "\"range_end\": \"10.200.5.13\""}}},
      {"range_that_is_none",
       {{"east", ipam_end, "\"range_end\": \"10.200.5.990\""}},
       {"CONFIG_VALUE cluster east", "CONFIG_RANGE_OVERLAP clusters east -> west"}},
      {"overlaps_the_pods",
       {{"east", "10.128.0.0/14", "10.200.0.0/14"}},
       {"CONFIG_RANGE_CLASH cluster east"},
       {{"east", "10.128.0.0/14", "10.204.0.0/14"}}},
      {"overlaps_the_services",
       {{"east", "172.30.0.0/16", "10.200.4.0/22"}},
       {"CONFIG_RANGE_CLASH cluster east"},
       {{"east", "172.30.0.0/16", "10.200.8.0/22"}}},
      {"overlaps_the_nodes",
       {{"east", "192.168.10.11", "10.200.5.3"}},
       {"CONFIG_RANGE_CLASH cluster east"},
       {{"east", "192.168.10.11", "10.200.6.3"}}},
      {"fixed_on_each_node",
       {{"east", ipam, fixed}},
       {"CONFIG_IPAM_PER_NODE cluster east"},
       {{"east", ipam, fixed},
        {"east", "podCIDR: 10.128.1.0/24", "unschedulable: true"},
        {"east",
         "virt-handler-b\n    namespace: openshift-cnv\n    labels: {kubevirt.io: virt-handler}",
         "virt-handler-b\n    namespace: openshift-cnv\n    labels: {kubevirt.io: other}"}}},
      {"handed_out_by_each_node",
       {{"east", ipam,
         R"("type": "host-local", "subnet": "10.200.5.0/24", "rangeStart": "10.200.5.10",
        "rangeEnd": "10.200.5.99")"}},
       {"CONFIG_IPAM_PER_NODE cluster east"}},
      {"handler_detached",
       {{"east", "\"interface\": \"migration0\", \"ips\": [\"10.200.5.10\"]",
         "\"interface\": \"net1\", \"ips\": [\"10.200.5.10\"]"}},
       {"CONFIG_HANDLER_DETACHED node east/n1"}},
      {"handler_not_restarted",
       {{"east", "{\"name\": \"openshift-cnv/migration\"", "{\"name\": \"openshift-cnv/old\""}},
       {"CONFIG_HANDLER_STALE node east/n1"}},
      {"handler_absent",
       {{"east", "spec: {nodeName: n2}", "spec: {nodeName: n3}"}},
       {"CONFIG_HANDLER_ABSENT node east/n2"},
       {{"east", "podCIDR: 10.128.1.0/24", "unschedulable: true"}}},
      {"address_outside",
       {{"east", "\"ips\": [\"10.200.5.10\"]", "\"ips\": [\"10.200.5.9\"]"}},
       {"CONFIG_ADDRESS_OUTSIDE node east/n1"},
       {{"east", "\"ips\": [\"10.200.5.10\"]", "\"ips\": [\"10.200.5.99\"]"}}},
      {"link_local_only",
       {{"east", "\"ips\": [\"10.200.5.10\"]", "\"ips\": [\"fe80::1\"]"}},
       {"CONFIG_ADDRESS_NONE node east/n1"},
       {{"east", "\"ips\": [\"10.200.5.10\"]", "\"ips\": [\"fe80::1\", \"10.200.5.10\"]"}}},
      {"address_twice_in_a_cluster",
       {{"east", "10.200.5.11/24", "10.200.5.10/24"}},
       {"CONFIG_ADDRESS_TWICE cluster east"}},
      {"leased_to_another_pod",
       {{"east", "\"11\": {podref: openshift-cnv/virt-handler-b", "\"11\": {podref: default/vm-a"}},
       {"CONFIG_ADDRESS_TWICE cluster east"},
       {{"east", "\"11\": {podref: openshift-cnv/virt-handler-b",
         "\"13\": {podref: default/vm-a"}}},
      {"leased_in_two_pools",
       two_pools("10.200.5.0-25", "default/vm-b"),
       {"CONFIG_ADDRESS_TWICE cluster east"},
       two_pools("10.200.5.0-25", "default/vm-a")},
      {"leased_in_the_pool_of_another_network",
       two_pools("10.200.5.0-25-w3", "default/vm-b"),
       {"CONFIG_ADDRESS_TWICE cluster east"},
       two_pools("storage-10.200.5.0-25", "default/vm-b")},
      {"leased_in_the_pool_of_a_network_with_a_name",
       named_pool("migration"),
       {"CONFIG_ADDRESS_TWICE cluster east"},
       named_pool("storage")},
      {"ranges_overlap",
       {{"east", ipam_end, "\"range_end\": \"10.200.5.100\""}},
       {"CONFIG_RANGE_OVERLAP clusters east -> west"}},
      {"address_in_both",
       {{"west", "\"ips\": [\"10.200.5.100\"]", "\"ips\": [\"10.200.5.10\"]"}},
       {"CONFIG_ADDRESS_TWICE clusters east -> west", "CONFIG_ADDRESS_OUTSIDE node west/w1"}},
      {"lease_in_both",
       {{"west", "    \"100\": {podref", "    \"11\": {podref"}},
       {"CONFIG_ADDRESS_TWICE clusters east -> west"}},
      {"masks_differ",
       {{"east", "\"range\": \"10.200.5.0/24\"", "\"range\": \"10.200.5.0/25\""}},
       {"CONFIG_MASK_DIFFERS clusters east -> west"}},
      {"networks_apart",
       {{"west",
         "\"range\": \"10.200.5.0/24\",\n        \"range_start\": \"10.200.5.100\",\n        "
         "\"range_end\": \"10.200.5.199\"",
         "\"range\": \"10.201.5.0/24\""},
        {"west", "\"ips\": [\"10.200.5.100\"]", "\"ips\": [\"10.201.5.1\"]"},
        {"west", "\"ips\": [\"10.200.5.101/24\"]", "\"ips\": [\"10.201.5.2/24\"]"},
        {"west", "\"ips\": [\"10.200.5.102\"]", "\"ips\": [\"10.201.5.3\"]"},
        {"west", "- 10.200.5.102:9185", "- 10.201.5.3:9185"}},
       {"CONFIG_RANGES_APART clusters east -> west"}},
      {"vlans_differ",
       {{"east", "eth1.100", "eth1.101"}},
       {"CONFIG_VLAN_DIFFERS clusters east -> west"},
       both("eth1.100", "eth1.101")},
      {"vlan_of_a_sub_interface_and_a_tag",
       {{"west", plain, R"("type": "bridge", "bridge": "br1", "vlan": 200,
      "preserveDefaultVlan": false,)"}},
       {"CONFIG_VLAN_DIFFERS clusters east -> west",
        "CONFIG_PLUGIN_DIFFERS clusters east -> west"}},
      {"masters_differ",
       {{"east", "eth1.100", "ens2f0.100"}},
       {"CONFIG_PARENT_DIFFERS clusters east -> west"},
       both("eth1.100", "ens2f0.100")},
      {"bridges_of_other_names",
       {{"east", plain, R"("type": "bridge", "vlan": 100, "preserveDefaultVlan": false,)"},
        {"west", plain, as_bridge}},
       {"CONFIG_PARENT_DIFFERS clusters east -> west"},
       both(plain, R"("type": "bridge", "vlan": 100, "preserveDefaultVlan": false,)")},
      {"physical_networks_differ",
       localnets(R"("physicalNetworkName": "lan",)", R"("physicalNetworkName": "wan",)"),
       {"CONFIG_PHYSICAL_NETWORK_DIFFERS clusters east -> west"},
       localnets(R"("physicalNetworkName": "wan",)", R"("physicalNetworkName": "wan",)")},
      {"physical_network_by_default",
       localnets("", R"("physicalNetworkName": "wan",)"),
       {"CONFIG_PHYSICAL_NETWORK_DIFFERS clusters east -> west"},
       localnets("", R"("physicalNetworkName": "migration",)")},
      {"trunks_differ",
       bridges(R"("vlanTrunk": [{"minID": 10, "maxID": 20}],)"),
       {"CONFIG_TRUNK_DIFFERS clusters east -> west"},
       {{"east", plain, as_bridge + std::string{R"("vlanTrunk": [{"minID": 10, "maxID": 11}],)"}},
        {"west", plain, as_bridge + std::string{R"("vlanTrunk": [{"id": 11}, {"id": 10}],)"}}}},
      {"mtus_differ",
       {{"east", "\"mtu\": 9000", "\"mtu\": 1500"}},
       {"CONFIG_MTU_DIFFERS clusters east -> west"},
       both("\"mtu\": 9000", "\"mtu\": 1500")},
      {"mtu_on_one_side",
       {{"east", "\"mtu\": 9000,", ""}},
       {"CONFIG_MTU_DIFFERS clusters east -> west"},
       both("\"mtu\": 9000,", "")},
      {"plugins_differ",
       {{"east", plain, as_bridge}},
       {"CONFIG_PLUGIN_DIFFERS clusters east -> west"},
       bridges("")},
      {"gate_off",
       {{"east", "decentralizedLiveMigration: true", "decentralizedLiveMigration: false"},
        {"east", "      - DecentralizedLiveMigration\n", "      - Other\n"},
        {"east", "  synchronizationAddresses:\n  - 10.200.5.12:9185\n", ""}},
       {"CONFIG_GATE_OFF cluster east"},
       {{"east", "    decentralizedLiveMigration: true",
         "  - {name: decentralizedLiveMigration, state: Enabled}"}}},
      {"gate_off_in_hyperconverged_alone",
       without_kubevirt(
           {{"east", "decentralizedLiveMigration: true", "decentralizedLiveMigration: false"}}),
       {"CONFIG_GATE_OFF cluster east"},
       without_kubevirt({})},
      {"no_synchronization_address",
       {{"east", "  synchronizationAddresses:\n  - 10.200.5.12:9185\n", ""}},
       {"CONFIG_SYNC_MISSING cluster east"}},
      {"synchronization_on_the_pod_network",
       {{"east", "- 10.200.5.12:9185", "- 10.128.0.9:9185"}},
       {"CONFIG_SYNC_OUTSIDE cluster east"}},
      {"synchronization_port",
       {{"east", "- 10.200.5.12:9185", "- 10.200.5.12:9186"}},
       {"CONFIG_SYNC_PORT cluster east"}},
      {"synchronization_address_that_is_none",
       {{"east", "- 10.200.5.12:9185", "- sync.example:9185"}},
       {"CONFIG_VALUE cluster east"}},
      {"version_skew",
       {{"east", "v1.7.0", "v1.6.2"}},
       {"CONFIG_VERSION_SKEW clusters east -> west"},
       {{"east", "v1.7.0", "v1.8.1"}}},
      {"tls_on_one_side",
       {{"east", "    migrations:\n", "    migrations:\n      disableTLS: true\n"}},
       {"CONFIG_TLS_DIFFERS clusters east -> west", "CONFIG_TLS_OFF cluster east"},
       {{"east", "    migrations:\n", "    migrations:\n      disableTLS: false\n"}}},
      {"timeouts_differ",
       {{"east", "    migrations:\n      completionTimeoutPerGiB: 150",
         "    migrations:\n      completionTimeoutPerGiB: 20"}},
       {"CONFIG_SETTINGS_DIFFER clusters east -> west"},
       both("    migrations:\n      completionTimeoutPerGiB: 150",
            "    migrations:\n      completionTimeoutPerGiB: 20")},
      {"parallelism_differs",
       {{"east", "parallelMigrationsPerCluster: 5", "parallelMigrationsPerCluster: 9"}},
       {"CONFIG_SETTINGS_DIFFER clusters east -> west"},
       both("parallelMigrationsPerCluster: 5", "parallelMigrationsPerCluster: 9")},
      {"timeout_that_is_none",
       {{"east", "    progressTimeout: 150", "    progressTimeout: -1"}},
       {"CONFIG_VALUE cluster east"},
       both("    progressTimeout: 150", "    progressTimeout: 1")},
      {"timeout_of_zero",
       {{"east", timeout, std::string{shorter} + "0"}},
       {"CONFIG_TIMEOUT_OFF cluster east"},
       both(timeout, std::string{shorter} + "3")},
      {"timeout_beyond_a_nic",
       both(timeout, std::string{shorter} + "2"),
       {"CONFIG_TIMEOUT_SHORT cluster east", "CONFIG_TIMEOUT_SHORT cluster west"},
       both(timeout, std::string{shorter} + "3")},
      {"more_from_a_node_than_in_the_cluster",
       both("parallelMigrationsPerCluster: 5", "parallelMigrationsPerCluster: 1"),
       {"CONFIG_PARALLEL_UNREACHED cluster east", "CONFIG_PARALLEL_UNREACHED cluster west"},
       both("parallelMigrationsPerCluster: 5", "parallelMigrationsPerCluster: 2")},
      {"bandwidth_that_is_none_in_hyperconverged",
       {{"east", hyperconverged,
         std::string{hyperconverged} + "    bandwidthPerMigration: 64 gigs\n"}},
       {"CONFIG_VALUE cluster east"},
       both(hyperconverged, std::string{hyperconverged} + "    bandwidthPerMigration: 64Mi\n")},
      {"bandwidth_that_is_none_in_kubevirt",
       {{"east", "    migrations:\n", "    migrations:\n      bandwidthPerMigration: -64Mi\n"}},
       {"CONFIG_VALUE cluster east"},
       both("    migrations:\n", "    migrations:\n      bandwidthPerMigration: 64M\n")},
      {"bandwidth_that_is_none_in_a_policy",
       with_policy("bandwidthPerMigration: 64 gigs"),
       {"CONFIG_VALUE cluster east"},
       with_policy("bandwidthPerMigration: 64M")},
      {"bandwidth_below_zero_in_a_policy",
       with_policy("bandwidthPerMigration: -1"),
       {"CONFIG_VALUE cluster east"},
       with_policy("bandwidthPerMigration: 0")},
      {"timeout_that_is_none_in_a_policy",
       with_policy("completionTimeoutPerGiB: -5, bandwidthPerMigration: 1Mi"),
       {"CONFIG_VALUE cluster east"},
       with_policy("completionTimeoutPerGiB: 8000, bandwidthPerMigration: 1Mi")},
      {"timeout_of_zero_in_a_policy",
       with_policy("completionTimeoutPerGiB: 0"),
       {"CONFIG_TIMEOUT_OFF cluster east"},
       with_policy("completionTimeoutPerGiB: 20")},
      {"timeout_beyond_a_nic_in_a_policy",
       with_policy("completionTimeoutPerGiB: 1"),
       {"CONFIG_TIMEOUT_SHORT cluster east"},
       with_policy("completionTimeoutPerGiB: 1, allowPostCopy: true")},
      {"limit_below_the_timeout",
       both("    migrations:\n", "    migrations:\n      bandwidthPerMigration: 6Mi\n"),
       {"CONFIG_TIMEOUT_IMPOSSIBLE cluster east", "CONFIG_TIMEOUT_IMPOSSIBLE cluster west"},
       both("    migrations:\n", "    migrations:\n      bandwidthPerMigration: 64Mi\n")},
      {"policy_below_the_timeout",
       with_policy("bandwidthPerMigration: 1Mi"),
       {"CONFIG_TIMEOUT_IMPOSSIBLE cluster east"},
       with_policy("bandwidthPerMigration: 64Mi")},
      {"other_authority_missing",
       {{"east", certificates::bundle, certificates::own_only}},
       {"CONFIG_CA_MISSING clusters west -> east"}},
      {"own_authority_missing_elsewhere",
       {{"west", certificates::bundle, certificates::own_only}},
       {"CONFIG_CA_MISSING clusters east -> west"}},
      {"authority_expired",
       {{"east", certificates::bundle, certificates::with_expired}},
       {"CONFIG_CA_EXPIRED cluster east"}},
      {"all_authorities_expired",
       {{"east", certificates::bundle, certificates::only_expired}},
       {"CONFIG_CA_EXPIRED cluster east", "CONFIG_CA_EXPIRED cluster east",
        "CONFIG_CA_MISSING clusters west -> east"}},
      {"authority_too_early",
       {{"east", certificates::bundle, certificates::with_early}},
       {"CONFIG_CA_NOT_YET_VALID cluster east"}},
      {"all_authorities_end_soon",
       {{"east", certificates::bundle, certificates::brief}},
       {"CONFIG_CA_EXPIRES_SOON cluster east", "CONFIG_CA_MISSING clusters west -> east"}},
      {"other_authority_ends_soon",
       {{"west", certificates::bundle, certificates::own_former},
        {"west", certificates::server, certificates::former_server},
        {"east", certificates::bundle, certificates::other_former}},
       {"CONFIG_CA_EXPIRES_SOON clusters west -> east"},
       {{"west", certificates::bundle, certificates::renewed},
        {"west", certificates::server, certificates::former_server},
        {"east", certificates::bundle, certificates::renewed}}},
      {"many_authorities",
       {{"east", certificates::bundle, certificates::many}},
       {"CONFIG_CA_MANY cluster east"}},
      {"bundle_broken",
       {{"east", certificates::bundle, "    -----BEGIN CERTIFICATE-----\n    abc\n"}},
       {"CONFIG_CERTIFICATE_UNREADABLE cluster east"}},
      {"bundle_not_merged",
       {{"east", "apiVersion: config.openshift.io/v1",
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubevirt-external-ca, namespace: "
         "openshift-cnv}\ndata:\n  ca-bundle: |\n@OTHER@\n---\napiVersion: "
         "config.openshift.io/v1"}},
       {"CONFIG_EXTERNAL_CA_WAITING cluster east"},
       {{"east", "apiVersion: config.openshift.io/v1",
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubevirt-external-ca, namespace: "
         "openshift-cnv}\ndata:\n  ca-bundle: ''\n---\napiVersion: config.openshift.io/v1"}}},
      {"other_name",
       {{"east", certificates::server, certificates::other_name}},
       {"CONFIG_CERTIFICATE_NAME cluster east"}},
      {"other_usage",
       {{"east", certificates::server, certificates::other_usage}},
       {"CONFIG_CERTIFICATE_USAGE cluster east"}},
      {"certificate_expired",
       {{"east", certificates::server, certificates::stale}},
       {"CONFIG_CERTIFICATE_EXPIRED cluster east"}},
      {"port_clash",
       {{"east", "port: 80", "port: 49152"}},
       {"CONFIG_PORT_CLASH cluster east"},
       {{"east", "port: 80", "port: 49154"}}},
      {"port_clash_of_the_disks",
       {{"east", "port: 80", "port: 49153"}},
       {"CONFIG_PORT_CLASH cluster east"},
       {{"east", "port: 80", "port: 49151"}}},
      {"port_clash_of_libvirt",
       {{"east", "port: 80", "port: 22222"}},
       {"CONFIG_PORT_CLASH cluster east"},
       {{"east", "port: 80", "port: 22223"}}},
  };
  auto const policy = [](std::string const& spec) {
    return with_object(
        "apiVersion: k8s.cni.cncf.io/v1beta1\nkind: MultiNetworkPolicy\nmetadata:\n  name: p\n  "
        "namespace: openshift-cnv\n  annotations: {k8s.v1.cni.cncf.io/policy-for: "
        "openshift-cnv/migration}\nspec: " +
        spec);
  };
  all.push_back(
      {"policy_without_the_other_range",
       policy("{podSelector: {matchLabels: {kubevirt.io: virt-handler}}, policyTypes: [Ingress], "
              "ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/26}}]}]}"),
       {"CONFIG_POLICY_BLOCKS cluster east"},
       policy("{podSelector: {matchLabels: {kubevirt.io: virt-handler}}, policyTypes: [Ingress], "
              "ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/24}}]}]}")});
  all.push_back({"policy_with_one_port",
                 policy("{podSelector: {}, ingress: [{ports: [{protocol: TCP, port: 9185}]}]}"),
                 {"CONFIG_POLICY_BLOCKS cluster east"},
                 policy("{podSelector: {}, ingress: [{ports: [{protocol: TCP, port: 1024, endPort: "
                        "65535}]}]}")});
  all.push_back(
      {"policy_outwards",
       policy("{podSelector: {matchExpressions: [{key: kubevirt.io, operator: In, values: "
              "[virt-synchronization-controller]}]}, policyTypes: [Egress]}"),
       {"CONFIG_POLICY_BLOCKS cluster east"},
       policy("{podSelector: {matchExpressions: [{key: kubevirt.io, operator: NotIn, "
              "values: [virt-synchronization-controller, virt-handler]}]}, policyTypes: "
              "[Egress]}")});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Rules, LintRules, testing::ValuesIn(rules()),
                         [](auto const& rule) { return rule.param.name; });

TEST(Lint, FindsNothingInHealthyClusters) {
  auto const result = lint_changed({});
  EXPECT_EQ(names_of(result), std::vector<std::string>{});
  EXPECT_EQ(result.verdict, LintResult::Verdict::clean);
  for (auto const& [cluster, what, needs] : result.unchecked)
    ADD_FAILURE() << cluster << ": " << what << " was not checked";
}

std::vector<std::string> unchecked_of(LintResult const& result) {
  std::vector<std::string> all;
  for (auto const& [cluster, what, needs] : result.unchecked) all.push_back(cluster + ": " + what);
  return all;
}

/// What east does not have, and what is then not checked.
struct Lack {
  std::string from;
  std::string to;
  std::string what;
};

TEST(Lint, SaysWhatWasNotInTheInput) {
  std::vector<Lack> const lacks{
      {"kind: MigrationPolicy", "kind: Other", "policies that change the settings for some VMs"},
      {"kind: MultiNetworkPolicy", "kind: Other", "policies that block the migration network"},
      {"kind: VirtualMachineInstance", "kind: Other", "VMs whose ports clash with a migration's"},
      {"kind: IPPool", "kind: Other", "addresses that are handed out twice"},
      {"kind: Network\n", "kind: Other\n", "whether the range overlaps the services' network"},
      {"  serviceNetwork", "  other", "whether the range overlaps the services' network"}};
  for (auto const& [from, to, what] : lacks) {
    auto const result = lint_changed({{"east", from, to}});
    EXPECT_EQ(unchecked_of(result), std::vector{"east: " + what}) << from;
    EXPECT_EQ(names_of(result), std::vector<std::string>{});
  }
  auto const neither = lint_changed({{"east", "kind: Network\n", "kind: Other\n"},
                                     {"east", "podCIDR: 10.128.0.0/24", "unschedulable: false"},
                                     {"east", "podCIDR: 10.128.1.0/24", "unschedulable: false"}});
  EXPECT_THAT(unchecked_of(neither),
              testing::ElementsAre("east: whether the range overlaps the pods' network",
                                   "east: whether the range overlaps the services' network"));
}

TEST(Lint, SaysNothingOfLeasesWhereThereAreNone) {
  std::vector<Change> const over_dhcp{{"east", ipam, R"("type": "dhcp")"},
                                      {"east", "kind: IPPool", "kind: Other"}};
  EXPECT_EQ(unchecked_of(lint_changed(over_dhcp)), std::vector<std::string>{});
}

/// What the two documents' own examples deserve.
std::vector<std::string> of_documents(std::vector<std::string> const& names) {
  std::vector<ClusterManifests> clusters;
  for (std::size_t i = 0; i < names.size(); ++i)
    clusters.push_back(sort_manifests(
        i == 0 ? "east" : "west",
        read_manifest_files(LEADLINE_SOURCE_DIR "/tests/lint/documents/" + names[i] + ".yaml")));
  return names_of(lint(clusters, {}));
}

TEST(Lint, FindsWhatTheDocumentsExamplesDeserve) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  EXPECT_THAT(of_documents({"dedicated_network"}), IsEmpty());
  EXPECT_THAT(of_documents({"bridge_network"}), ElementsAre("CONFIG_DEFAULT_VLAN cluster east",
                                                            "CONFIG_GATEWAY_REPEATED cluster east"))
      << "preserveDefaultVlan is true by default, and isGateway repeats the address of DHCP's "
         "router";
  EXPECT_THAT(of_documents({"dedicated_network", "dedicated_network"}),
              ElementsAre("CONFIG_RANGE_OVERLAP clusters east -> west"))
      << "followed to the letter in both clusters, it gives addresses twice";
  EXPECT_THAT(
      of_documents({"dedicated_network", "bridge_network"}),
      ElementsAre("CONFIG_DEFAULT_VLAN cluster west", "CONFIG_GATEWAY_REPEATED cluster west",
                  "CONFIG_PLUGIN_DIFFERS clusters east -> west",
                  "CONFIG_SETTINGS_DIFFER clusters east -> west"));
}

TEST(Lint, TellsTheRateThatATimeoutNeeds) {
  auto const summary = [](std::vector<Change> const& changes) {
    auto const result = lint_changed(changes);
    return result.findings.empty() ? std::string{} : result.findings.front().summary;
  };
  EXPECT_EQ(
      summary(both("    migrations:\n", "    migrations:\n      bandwidthPerMigration: 6Mi\n")),
      "cluster east: 150 s a gigabyte need 53.3 Mbit/s, and a limit allows 50.3 Mbit/s");
  EXPECT_EQ(
      summary(both(timeout, std::string{shorter} + "1")),
      "cluster east: 1 s a gigabyte need 8 Gbit/s, and the 2 migrations that may leave a node "
      "at a time 16 Gbit/s");
  constexpr auto one_at_a_time = "\n      parallelOutboundMigrationsPerNode: 1";
  EXPECT_EQ(summary(both(timeout, std::string{shorter} + "1" + one_at_a_time)),
            "cluster east: 1 s a gigabyte need 8 Gbit/s");
  EXPECT_EQ(summary(both(timeout, std::string{shorter} + "2" + one_at_a_time)), "");
}

TEST(Lint, TakesAGateThatIsNotNamedForWhatTheVersionMakesOfIt) {
  auto const judged = [](std::string const& status) {
    std::vector<ClusterManifests> clusters;
    for (auto const* const name : {"east", "west"})
      clusters.push_back(sort_manifests(
          name, read_manifests("hco.yaml",
                               "kind: HyperConverged\nmetadata: {name: h, namespace: cnv}\n"
                               "spec: {liveMigrationConfig: {}}\n" +
                                   status)));
    auto const result = lint(clusters, {});
    auto const names = names_of(result);
    return std::pair{std::ranges::count(names, "CONFIG_GATE_OFF cluster east"),
                     std::ranges::count_if(result.unchecked, [](Unchecked const& unchecked) {
                       return unchecked.what == "whether migration between clusters is enabled";
                     })};
  };
  EXPECT_EQ(judged("status: {versions: [{name: operator, version: 1.17.4}]}\n"),
            (std::pair{1L, 0L}));
  EXPECT_EQ(judged("status: {versions: [{name: operator, version: 1.18.0}]}\n"),
            (std::pair{0L, 2L}))
      << "later versions differ: it is not known";
  EXPECT_EQ(judged(""), (std::pair{0L, 2L}));
}

TEST(Lint, HasARuleForEveryCode) {
  std::set<std::string_view> found;
  auto const all = rules();
  for (auto const& rule : all)
    for (auto const& name : rule.findings)
      found.insert(std::string_view{name}.substr(0, name.find(' ')));
  for (auto const& kind : config_catalogue())
    EXPECT_EQ(found.count(kind.code), 1U) << kind.code << " is never found by a test";
}

TEST(Lint, OfNothingIsUnknown) {
  EXPECT_EQ(lint({}, {}).verdict, LintResult::Verdict::unknown);
  std::vector<ClusterManifests> clusters;
  clusters.push_back(sort_manifests("east", {}));
  auto const result = lint(clusters, {});
  EXPECT_EQ(result.verdict, LintResult::Verdict::unknown);
  EXPECT_GE(result.unchecked.size(), 5U);
}

TEST(Lint, VerdictsHaveTheExitCodesOfAllCommands) {
  using enum LintResult::Verdict;
  EXPECT_EQ(exit_code(clean, true), 0);
  EXPECT_EQ(exit_code(warnings, false), 0);
  EXPECT_EQ(exit_code(warnings, true), 10);
  EXPECT_EQ(exit_code(errors, false), 20);
  EXPECT_EQ(exit_code(unknown, false), 30);
}
}  // namespace
}  // namespace leadline
