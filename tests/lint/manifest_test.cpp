#include "coordinator/manifests/cluster_manifests.hpp"
#include "coordinator/manifests/manifest_files.hpp"
#include "tests/lint/attachments.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leadline {
namespace {

TEST(Manifests, OfListsAreTakenOneByOne) {
  auto const set = read_manifests("all.json",
                                  R"({"kind": "List", "items": [
        {"kind": "Node", "metadata": {"name": "n1"}},
        {"kind": "Node", "metadata": {"namespace": "x"}},
        7,
        {"kind": "NodeList", "items": [{"kind": "Node", "metadata": {"name": "n2"}}]}]})");
  ASSERT_EQ(set.manifests.size(), 2U);
  EXPECT_EQ(set.manifests[0].title(), "Node n1");
  EXPECT_EQ(format(set.manifests[0].place("/metadata/name")), "all.json:2: items[0].metadata.name");
  ASSERT_EQ(set.mistakes.size(), 2U);
  EXPECT_EQ(format(set.mistakes[0].place), "all.json:3: items[1]");
  EXPECT_EQ(set.mistakes[0].message, "Node has no metadata.name");
}

TEST(Manifests, OfSecretsKeepNoPrivateKey) {
  auto const set =
      read_manifests("secret.yaml",
                     "kind: Secret\nmetadata:\n  name: s\n  annotations: {last: all of "
                     "it, key included}\ndata: {tls.crt: YQ==, tls.key: Yg==}\n"
                     "stringData: {tls.key: b}\n");
  ASSERT_EQ(set.manifests.size(), 1U);
  EXPECT_EQ(
      set.manifests[0].value.dump(),
      R"({"data":{"tls.crt":"YQ=="},"kind":"Secret","metadata":{"name":"s"},"stringData":{}})");
}

TEST(Manifests, AreFoundInFoldersAndNothingHiddenIs) {
  ScratchDirectory const scratch;
  scratch.write("a.yaml", "kind: Node\nmetadata: {name: a}\n");
  scratch.write("below/b.json", R"({"kind": "Node", "metadata": {"name": "b"}})");
  scratch.write("below/c.yml", "kind: Node\nmetadata: {name: c}\n");
  scratch.write(".git/d.yaml", "kind: Node\nmetadata: {name: d}\n");
  scratch.write(".e.yaml", "kind: Node\nmetadata: {name: e}\n");
  scratch.write("notes.txt", "nothing");
  auto const set = read_manifest_files(scratch.path());
  ASSERT_EQ(set.manifests.size(), 3U);
  EXPECT_TRUE(set.mistakes.empty());
  EXPECT_THROW(read_manifest_files(scratch.path() / "missing"), std::filesystem::filesystem_error);
  scratch.write("empty/notes.txt", "nothing");
  EXPECT_EQ(read_manifest_files(scratch.path() / "empty").mistakes.size(), 1U);
}

TEST(Attachments, OfTheDocumentsAreRead) {
  ManifestSet set;
  auto const bridge = attachment_of(set, R"({
    "cniVersion": "0.3.1",
    "name": "bridge-net",
    "type": "bridge",
    "isGateway": true,
    "vlan": 2,
    "ipam": {
      "type": "dhcp"
      }
  })");
  EXPECT_EQ(bridge.title(), "ns/net");
  EXPECT_EQ(bridge.plugin + " on " + bridge.parent, "bridge on cni0");
  EXPECT_EQ(bridge.vlan, VlanId{2});
  EXPECT_EQ(bridge.addresses.type, "dhcp");
  EXPECT_TRUE(bridge.mistakes.empty());
  auto const macvlan = attachment_of(set, R"({
        "cniVersion": "0.3.1",
        "name": "migration-bridge",
        "type": "macvlan",
        "master": "eth1",
        "mode": "bridge",
        "ipam": {
          "type": "whereabouts",
          "range": "10.200.5.0/24"
        }
      })");
  EXPECT_EQ(macvlan.plugin + " on " + macvlan.parent, "macvlan on eth1");
  EXPECT_EQ(macvlan.vlan, std::nullopt);
  ASSERT_EQ(macvlan.addresses.pools.size(), 1U);
  EXPECT_EQ(format(macvlan.addresses.pools.front().usable), "10.200.5.1 to 10.200.5.254");
  EXPECT_TRUE(macvlan.mistakes.empty());
}

TEST(Attachments, OfOtherPluginsAreRead) {
  ManifestSet set;
  auto const localnet =
      attachment_of(set, R"({"cniVersion": "0.3.1", "name": "net", "type": "ovn-k8s-cni-overlay",
               "topology": "localnet", "netAttachDefName": "ns/net", "vlanID": 33, "mtu": 1500,
               "physicalNetworkName": "phys", "subnets": "10.100.200.0/24, fd00::/64",
               "excludeSubnets": "10.100.200.0/29"})");
  EXPECT_EQ(localnet.vlan, VlanId{33});
  EXPECT_EQ(localnet.parent, "phys");
  ASSERT_EQ(localnet.addresses.pools.size(), 2U);
  EXPECT_EQ(format(localnet.addresses.pools[0].usable), "10.100.200.8 to 10.100.200.254");
  EXPECT_TRUE(localnet.mistakes.empty());
  auto const vlan = attachment_of(
      set, R"({"cniVersion": "1.0.0", "name": "net", "plugins": [{"type": "vlan", "master": "eth1",
               "vlanId": 7, "ipam": {"type": "static", "addresses": [{"address": "10.1.0.7/16"}]}},
               {"type": "tuning"}]})");
  EXPECT_EQ(vlan.vlan, VlanId{7});
  EXPECT_EQ(format(vlan.addresses.pools.at(0).usable), "10.1.0.7");
  auto const sriov =
      attachment_of(set, R"({"cniVersion": "0.3.1", "name": "net", "type": "sriov", "vlan": 8,
               "max_tx_rate": 1000, "ipam": {"type": "host-local", "ranges":
               [[{"subnet": "10.1.0.0/29"}]]}})");
  EXPECT_EQ(sriov.rate_limit, BitRate{1e9});
  EXPECT_EQ(format(sriov.addresses.pools.at(0).usable), "10.1.0.2 to 10.1.0.6")
      << "the first is the gateway's";
  auto const pieces = attachment_of(
      set, R"({"cniVersion": "0.3.1", "name": "net", "type": "macvlan", "master": "bond0.12",
               "ipam": {"type": "whereabouts", "range": "10.1.0.9-10.1.0.20/24", "ipRanges":
               [{"range": "fd00::/120", "exclude": ["fd00::1/128"]}]}})");
  EXPECT_EQ(pieces.vlan, VlanId{12});
  auto const unmapped =
      attachment_of(set, R"({"cniVersion": "0.3.1", "name": "wan", "type": "ovn-k8s-cni-overlay",
               "topology": "localnet", "netAttachDefName": "ns/net"})");
  EXPECT_EQ(unmapped.parent, "wan") << "a localnet is on the physical network of its own name";
  auto const ipvlan = attachment_of(
      set, R"({"cniVersion": "0.3.1", "name": "net", "type": "ipvlan", "master": "eth1.100",
               "mode": "l2", "mtu": 9000, "ipam": {"type": "dhcp"}})");
  EXPECT_EQ(ipvlan.plugin + " on " + ipvlan.parent, "ipvlan on eth1.100");
  EXPECT_EQ(ipvlan.vlan, VlanId{100});
  EXPECT_EQ(ipvlan.mtu, Mtu{9000});
  auto const device = attachment_of(
      set, R"({"cniVersion": "0.3.1", "name": "net", "type": "host-device", "device": "eth1.7",
               "ipam": {"type": "dhcp"}})");
  EXPECT_EQ(device.plugin + " on " + device.parent, "host-device on eth1.7");
  EXPECT_EQ(device.vlan, VlanId{7}) << "the sub-interface keeps its VLAN in the pod";
  auto const ovs = attachment_of(
      set, R"({"cniVersion": "0.3.1", "name": "net", "type": "ovs", "bridge": "br-mig", "vlan": 9,
               "mtu": 1500, "trunk": [{"id": 11}, {"minID": 20, "maxID": 22}],
               "ipam": {"type": "dhcp"}})");
  EXPECT_EQ(ovs.plugin + " on " + ovs.parent, "ovs on br-mig");
  EXPECT_EQ(ovs.vlan, VlanId{9});
  EXPECT_EQ(format(ovs.trunk), "11, 20 to 22");
  for (auto const& other : {unmapped, ipvlan, device, ovs}) EXPECT_TRUE(other.mistakes.empty());
  EXPECT_EQ(format(pieces.addresses.pools.at(0).usable), "10.1.0.9 to 10.1.0.20");
  EXPECT_EQ(format(pieces.addresses.pools.at(1).usable), "fd00::2 to fd00::ff");
}

TEST(Attachments, NameEachMistakeAndItsPlace) {
  auto const bridge = [](std::string const& more) {
    return R"({"cniVersion": "0.3.1", "name": "n", "type": "bridge", "ipam": {"type": "dhcp"}, )" +
           more + "}";
  };
  auto const of_pool = [](std::string const& range, int mtu) {
    return R"({"cniVersion": "0.3.1", "name": "n", "type": "macvlan", "mtu": )" +
           std::to_string(mtu) + R"(, "ipam": {"type": "whereabouts", "range": ")" + range + "\"}}";
  };
  for (auto const& [config, expected] :
       {std::pair<std::string, std::string>{"", "CONFIG_NAD_BROKEN "},
        {"[]", "CONFIG_NAD_BROKEN "},
        {"{", "CONFIG_NAD_BROKEN "},
        {"{}", "CONFIG_CNI_VERSION ; CONFIG_VALUE ; CONFIG_NAD_BROKEN "},
        {R"({"cniVersion": "0.3.1", "name": "n", "plugins": []})", "CONFIG_NAD_BROKEN /plugins"},
        {bridge(R"("vlan": 4095)"), "CONFIG_VALUE /vlan"},
        {bridge(R"("vlan": -1)"), "CONFIG_VALUE /vlan"},
        {bridge(R"("vlan": 18446744073709551615)"), "CONFIG_VALUE /vlan"},
        {bridge(R"("vlan": 2.5)"), "CONFIG_VALUE /vlan"},
        {bridge(R"("vlan": "two")"), "CONFIG_VALUE /vlan"},
        {bridge(R"("vlan": 0)"), ""},
        {bridge(R"("preserveDefaultVlan": "false")"), "CONFIG_VALUE /preserveDefaultVlan"},
        {bridge(R"("mtu": 90000)"), "CONFIG_VALUE /mtu"},
        {bridge(R"("vlanTrunk": [7])"), "CONFIG_VALUE /vlanTrunk/0"},
        {bridge(R"("vlanTrunk": [{"id": 7, "name": "x"}])"),
         "CONFIG_KEY_UNKNOWN /vlanTrunk/0/name"},
        {bridge(R"("isGatway": true)"), "CONFIG_KEY_UNKNOWN /isGatway"},
        {bridge(R"("isDefaultGateway": true, "isGateway": false)"), ""},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "ovn-k8s-cni-overlay", "topology":
             "localnet", "netAttachDefName": "ns/other", "subnets": "10.0.0.0/24,x"})",
         "CONFIG_VALUE /subnets; CONFIG_CONTRADICTION /netAttachDefName"},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "macvlan", "ipam": {"type": "whereabouts",
             "range": "10.0.0.9-10.1.0.0/24"}})",
         "CONFIG_VALUE /ipam/range"},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "macvlan", "ipam": {"type": "whereabouts",
             "range": "10.0.0.0/24", "range_start": "10.0.0.9", "range_end": "10.0.0.8",
             "exclude": [4, "10.0.0.x"]}})",
         "CONFIG_VALUE /ipam/range_end; CONFIG_VALUE /ipam/exclude/0; CONFIG_VALUE "
         "/ipam/exclude/1"},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "macvlan", "ipam": {"type": "host-local",
             "ranges": [{"subnet": "10.0.0.0/24"}]}})",
         "CONFIG_VALUE /ipam/ranges/0"},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "macvlan", "ipam": {"type": "static",
             "addresses": [{"address": "10.0.0.7"}]}})",
         "CONFIG_VALUE /ipam/addresses/0"},
        {of_pool("127.0.0.0/24", 9000), "CONFIG_VALUE /ipam/range"},
        {of_pool("232.1.0.0/24", 9000), "CONFIG_VALUE /ipam/range"},
        {of_pool("0.0.0.0/0", 9000), "CONFIG_VALUE /ipam/range"},
        {of_pool("fe80::/64", 9000), "CONFIG_VALUE /ipam/range"},
        {of_pool("fd00:200::/64", 1280), ""},
        {of_pool("fd00:200::/64", 1279), "CONFIG_CONTRADICTION /mtu"},
        {of_pool("10.0.0.0/24", 1279), ""},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "macvlan", "ipam": {"type": "host-local",
             "ranges": [[{"subnet": "10.0.0.0/24"}, {"subnet": "ff05::/64"}]]}})",
         "CONFIG_VALUE /ipam/ranges/0/1/subnet"},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "macvlan", "ipam": {"type": "static",
             "addresses": [{"address": "127.0.0.1/8"}]}})",
         "CONFIG_VALUE /ipam/addresses/0"},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "ovn-k8s-cni-overlay", "topology":
             "localnet", "netAttachDefName": "ns/net", "subnets": "224.0.0.0/8"})",
         "CONFIG_VALUE /subnets"},
        {R"({"cniVersion": "0.3.1", "name": "n", "type": "home-made", "anything": 1})", ""}})
    EXPECT_EQ(mistakes_of(config), expected) << config;
}

TEST(Attachments, TellTheLineInsideTheConfiguration) {
  ManifestSet set;
  auto const attachment = attachment_of(set,
                                        "{\n\"cniVersion\": \"0.3.1\",\n\"name\": \"n\",\n"
                                        "\"type\": \"bridge\",\n\"vlan\": 5000\n}");
  ASSERT_EQ(attachment.mistakes.size(), 1U);
  EXPECT_EQ(attachment.mistakes[0].line, 5);
  EXPECT_NE(attachment.mistakes[0].message.find("0 to 4094 are allowed"), std::string::npos);
}

TEST(Settings, HaveTheDefaultsOfTheirVersion) {
  for (auto const& [version, seconds, outbound] :
       {std::tuple{"1.13.0", 800, 2}, {"1.14.0", 150, 2}, {"1.18.3", 150, 2}, {"1.19.0", 20, 1}}) {
    auto const cluster = sort_manifests(
        "east", read_manifests("hco.yaml",
                               "kind: HyperConverged\nmetadata: {name: h, namespace: "
                               "cnv}\nspec: {liveMigrationConfig: {network: net}}\n"
                               "status: {versions: [{name: operator, version: " +
                                   std::string{version} + "}]}\n"));
    EXPECT_EQ(cluster.settings.completion_timeout_per_gib.count(), seconds) << version;
    EXPECT_EQ(cluster.settings.parallel_outbound_per_node, outbound) << version;
    EXPECT_EQ(cluster.network_name(), "cnv/net");
  }
  auto const newer =
      sort_manifests("east", read_manifests("hco.yaml",
                                            "kind: HyperConverged\napiVersion: hco.kubevirt.io/v1\n"
                                            "metadata: {name: h, namespace: cnv}\nspec: "
                                            "{virtualization: {liveMigrationConfig: {network: a/b, "
                                            "bandwidthPerMigration: 64Mi}}}\n"));
  EXPECT_EQ(newer.network_name(), "a/b");
  EXPECT_EQ(newer.settings.bandwidth_per_migration.per_second, 8.0 * 64 * 1024 * 1024);
}

TEST(Quantities, AreReadAsKubernetesReadsThem) {
  for (auto const& [text, value] : {std::pair{"0", 0.0},
                                    {"64Mi", 67108864.0},
                                    {"1.5Gi", 1610612736.0},
                                    {"2G", 2e9},
                                    {"500m", 0.5},
                                    {"1e3", 1000.0},
                                    {"2E", 2e18},
                                    {"3k", 3000.0}})
    EXPECT_EQ(parse_quantity(text), value) << text;
  for (auto const* const bad : {"", "Mi", "64 Mi", "64mi", "-1", "1e", "1e99", "8Ei", "1KB", "inf",
                                "nan", "0x10", "64 gigs", "1e-99"})
    EXPECT_EQ(parse_quantity(bad), std::nullopt) << bad;
}
}  // namespace
}  // namespace leadline
