#include "coordinator/manifests/network_design.hpp"

#include "coordinator/lint/lint.hpp"
#include "coordinator/manifests/migration_trace.hpp"
#include "tests/lint/clusters.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace leadline {
namespace {

LintResult lint_of(std::vector<DesignedCluster> const& parts) {
  std::vector<ClusterManifests> clusters;
  for (auto const& part : parts)
    clusters.push_back(sort_manifests(
        part.cluster,
        read_manifests(part.cluster, part.attachment + "---\n" + part.hyperconverged)));
  return lint(clusters, {});
}

NetworkDesign usual() {
  return {.clusters = {"east", "west"},
          .range = *parse_block("10.200.0.0/16"),
          .master = "eth1",
          .bridge = {},
          .vlan = VlanId{100},
          .mtu = Mtu{9000}};
}

TEST(NetworkDesign, GivesEachClusterAPartOfItsOwn) {
  auto const parts = design_network(usual());
  ASSERT_TRUE(parts && parts->size() == 2);
  EXPECT_EQ(format(parts->at(0).part), "10.200.0.1 to 10.200.127.255");
  EXPECT_EQ(format(parts->at(1).part), "10.200.128.0 to 10.200.255.254");
  EXPECT_NE(parts->at(0).attachment.find(R"("master": "eth1.100")"), std::string::npos);
}

TEST(NetworkDesign, IsWhatLintFindsNothingIn) {
  auto bridge = usual();
  bridge.master = {};
  bridge.bridge = "br1";
  auto six = usual();
  six.range = *parse_block("fd00:200::/64");
  auto many = usual();
  many.clusters = {"a", "b", "c", "d", "e"};
  auto bare = usual();
  bare.vlan = {};
  bare.mtu = {};
  for (auto const& design : {usual(), bridge, six, many, bare}) {
    auto const parts = design_network(design);
    ASSERT_TRUE(parts);
    auto const result = lint_of(*parts);
    EXPECT_EQ(names_of(result), std::vector<std::string>{});
    EXPECT_EQ(result.verdict, LintResult::Verdict::clean);
  }
}

TEST(NetworkDesign, SaysWhereThereIsNoRoom) {
  auto design = usual();
  design.range = *parse_block("10.200.0.0/29");
  EXPECT_FALSE(design_network(design));
  design.clusters = {"east"};
  EXPECT_TRUE(design_network(design));
  design.nodes = 4;
  EXPECT_EQ(design_network(design).error(),
            "10.200.0.0/29 has 6 addresses for each of 1 clusters, and a cluster of 4 nodes needs "
            "7");
}

TEST(NetworkDesign, TakesNoRangeThatNoHostMayHave) {
  auto design = usual();
  for (auto const* const range :
       {"127.0.0.0/8", "127.4.0.0/16", "224.0.0.0/4", "239.1.0.0/16", "0.0.0.0/0", "169.254.0.0/16",
        "fe80::/64", "ff02::/64", "::/0", "::ffff:0:0/96"}) {
    design.range = *parse_block(range);
    auto const parts = design_network(design);
    ASSERT_FALSE(parts) << range;
    EXPECT_NE(parts.error().find("set aside"), std::string::npos) << parts.error();
  }
  for (auto const* const range :
       {"169.253.0.0/16", "100.64.0.0/10", "2001:db8::/64", "fd00::/64"}) {
    design.range = *parse_block(range);
    EXPECT_TRUE(design_network(design)) << range;
  }
}

TEST(NetworkDesign, GivesIpv6TheMtuThatItNeeds) {
  auto design = usual();
  design.range = *parse_block("fd00:200::/64");
  design.mtu = Mtu{1280};
  EXPECT_TRUE(design_network(design));
  design.mtu = Mtu{1279};
  EXPECT_EQ(design_network(design).error(),
            "fd00:200::/64 with an MTU of 1279: IPv6 needs 1280 (RFC 8200, section 5)");
  design.range = *parse_block("10.200.0.0/16");
  EXPECT_TRUE(design_network(design));
}

RC_GTEST_PROP(NetworkDesign, NeverGivesAnAddressTwice, ()) {
  auto design = usual();
  design.range = *parse_block("10.200.0.0/" + std::to_string(*rc::gen::inRange(8, 31)));
  design.clusters.clear();
  for (int i = 0; i < *rc::gen::inRange(1, 9); ++i)
    design.clusters.push_back("c" + std::to_string(i));
  auto const parts = design_network(design);
  if (!parts) return;
  for (std::size_t i = 0; i < parts->size(); ++i) {
    auto const& [first, last] = parts->at(i).part;
    RC_ASSERT(first <= last && design.range.contains(first) && design.range.contains(last));
    if (i > 0) RC_ASSERT(parts->at(i - 1).part.last < first);
  }
}

MigrationTrace trace_of(std::string const& address, std::size_t known_clusters = 2,
                        std::vector<Change> const& changes = {}) {
  auto const [east, west] = changed_clusters(changes);
  std::vector<ClusterManifests> clusters;
  if (known_clusters > 0)
    clusters.push_back(sort_manifests("east", read_manifests("east.yaml", east)));
  if (known_clusters > 1)
    clusters.push_back(sort_manifests("west", read_manifests("west.yaml", west)));
  auto const set =
      read_manifests("vmi.yaml",
                     "kind: VirtualMachineInstance\nmetadata: {name: vm, namespace: ns}\nstatus: "
                     "{migrationState: {targetNodeAddress: '" +
                         address + "'}}\n");
  return trace_migration(set.manifests.at(0), clusters);
}

TEST(MigrationTrace, NamesTheNetworkThatWasTaken) {
  using enum MigrationTrace::Verdict;
  EXPECT_EQ(trace_of("10.200.5.100").verdict, migration_network);
  EXPECT_EQ(trace_of("10.200.5.100").network,
            "the migration network openshift-cnv/migration of west");
  EXPECT_EQ(trace_of("10.200.5.99").network,
            "the migration network openshift-cnv/migration of east");
  EXPECT_EQ(trace_of("10.200.5.9").network,
            "the migration network 10.200.5.0/24, but no cluster's own range of it");
  EXPECT_EQ(trace_of("10.200.5.9").verdict, migration_network);
  EXPECT_EQ(trace_of("10.132.1.7").network, "the pod network of west: 10.132.1.0/24 of node w2");
  EXPECT_EQ(trace_of("10.132.1.7").verdict, other_network);
  EXPECT_EQ(trace_of("10.133.1.7").network, "the pod network of west: 10.132.0.0/14");
  EXPECT_EQ(trace_of("172.31.0.9").network, "the service network of west: 172.31.0.0/16");
  EXPECT_EQ(trace_of("172.31.0.9").verdict, other_network);
  EXPECT_EQ(trace_of("192.168.20.11").network, "the main network of west: node w1");
  EXPECT_EQ(trace_of("172.16.0.1").verdict, other_network);
  EXPECT_EQ(trace_of("10.200.5.100", 0).verdict, unknown);
  EXPECT_EQ(trace_of("").verdict, unknown);
  EXPECT_EQ(trace_of("node7").network, "that is no IP address");
}

TEST(MigrationTrace, OfOneClusterDoesNotJudgeWhatMayBeTheOthers) {
  using enum MigrationTrace::Verdict;
  EXPECT_EQ(trace_of("10.200.5.99", 1).verdict, migration_network);
  EXPECT_EQ(trace_of("10.128.1.7", 1).verdict, other_network);
  EXPECT_EQ(trace_of("172.16.0.1", 1).verdict, unknown);
  EXPECT_EQ(trace_of("172.16.0.1", 1).network,
            "none of the networks of east: where the VM went to another cluster, that one's are "
            "needed as well");
}

TEST(MigrationTrace, NamesBothClustersWhoseRangesOverlap) {
  std::vector<Change> const overlapping{
      {"east", "\"range_end\": \"10.200.5.99\"", "\"range_end\": \"10.200.5.120\""}};
  EXPECT_EQ(trace_of("10.200.5.110", 2, overlapping).network,
            "the migration network openshift-cnv/migration of east or openshift-cnv/migration of "
            "west");
  EXPECT_EQ(trace_of("10.200.5.121", 2, overlapping).network,
            "the migration network openshift-cnv/migration of west");
}
}  // namespace
}  // namespace leadline
