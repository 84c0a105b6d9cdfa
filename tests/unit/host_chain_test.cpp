#include "probes/host_chain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace leadline {
namespace {
LinkTable table(std::vector<LinkRecord> links) {
  LinkTable made;
  for (auto& link : links) made[link.index] = std::move(link);
  return made;
}

/// "pod_end migration0, host_end veth1, ..."
std::string walked(LinkTable const& own, LinkTable const& host, std::string const& uplink = {}) {
  std::vector<std::string> words;
  for (auto const& link : host_chain(own, "migration0", host, uplink))
    words.push_back(fmt::format("{} {}", nlohmann::json(link.role).get<std::string>(), link.name));
  return fmt::format("{}", fmt::join(words, ", "));
}

LinkRecord veth(int index, std::string name, int peer, std::optional<int> elsewhere,
                int master = 0) {
  return {.index = index,
          .name = std::move(name),
          .kind = "veth",
          .master = master,
          .parent = peer,
          .parent_namespace = elsewhere};
}

LinkRecord hardware(int index, std::string name, int master = 0) {
  return {.index = index, .name = std::move(name), .master = master};
}

LinkRecord bridge(int index, std::string name) {
  return {.index = index, .name = std::move(name), .kind = "bridge"};
}

LinkRecord over(int index, std::string name, std::string kind, int parent, int master = 0) {
  return {.index = index,
          .name = std::move(name),
          .kind = std::move(kind),
          .master = master,
          .parent = parent};
}

/// Index 3 in the pod, index 7 on the host: as pods usually have it.
LinkTable pod() {
  return table({hardware(1, "lo"), veth(3, "migration0", 7, 0)});
}

TEST(HostChain, LeadsFromAVethOverTheBridgeToItsUplink) {
  auto const host = table({hardware(1, "lo"), hardware(2, "eth0"), hardware(3, "eth1", 5),
                           bridge(5, "br1"), veth(7, "veth1", 3, 4, 5), veth(8, "veth2", 3, 6, 5)});
  EXPECT_EQ(walked(pod(), host), "pod_end migration0, host_end veth1, bridge br1, uplink eth1");
}

TEST(HostChain, LeadsThroughSubInterfaceAndBondToTheMembers) {
  auto const host =
      table({hardware(2, "eth0", 4), hardware(3, "eth1", 4), over(4, "bond0", "bond", 0),
             bridge(5, "br1"), over(6, "bond0.100", "vlan", 4, 5), veth(7, "veth1", 3, 4, 5)});
  EXPECT_EQ(walked(pod(), host),
            "pod_end migration0, host_end veth1, bridge br1, uplink bond0.100, parent bond0, "
            "member eth0, member eth1");
}

TEST(HostChain, LeadsFromAMacvlanToItsParentOnTheHost) {
  auto own = table({over(3, "migration0", "macvlan", 4)});
  own[3].parent_namespace = 0;
  auto const host = table({hardware(2, "eth1"), over(4, "eth1.100", "vlan", 2)});
  EXPECT_EQ(walked(own, host), "pod_end migration0, parent eth1.100, parent eth1");
}

TEST(HostChain, TakesASubInterfaceInsideThePodForThePodsOwn) {
  auto own = pod();
  own[3].name = "net1";
  own[9] = over(9, "migration0", "vlan", 3);
  auto const host = table({hardware(3, "eth1", 5), bridge(5, "br1"), veth(7, "veth1", 3, 4, 5)});
  EXPECT_EQ(walked(own, host),
            "pod_end migration0, pod_end net1, host_end veth1, bridge br1, uplink eth1");
}

TEST(HostChain, FollowsAVethThatStaysOnTheHostToTheNextBridge) {
  auto const host =
      table({hardware(2, "eth1", 6), bridge(5, "br1"), bridge(6, "br2"), veth(7, "veth1", 3, 4, 5),
             veth(8, "patch1", 9, std::nullopt, 5), veth(9, "patch2", 8, std::nullopt, 6)});
  EXPECT_EQ(walked(pod(), host),
            "pod_end migration0, host_end veth1, bridge br1, uplink patch1, host_end patch2, "
            "bridge br2, uplink eth1");
}

TEST(HostChain, TakesNeitherAPodsVethNorATapForAnUplinkUnlessItIsNamed) {
  auto const host = table({bridge(5, "br1"), veth(7, "veth1", 3, 4, 5), veth(8, "wire", 3, 6, 5),
                           over(9, "vnet0", "tun", 0, 5)});
  EXPECT_EQ(walked(pod(), host), "pod_end migration0, host_end veth1, bridge br1");
  EXPECT_EQ(walked(pod(), host, "wire"),
            "pod_end migration0, host_end veth1, bridge br1, uplink wire");
  EXPECT_EQ(walked(pod(), host, "vnet0"),
            "pod_end migration0, host_end veth1, bridge br1, uplink vnet0");
}

TEST(HostChain, TakesOnlyTheNamedUplinkIfItIsAPortOfTheBridge) {
  auto const host = table({hardware(2, "eth1", 5), hardware(3, "eth2", 5), hardware(4, "eth3"),
                           bridge(5, "br1"), veth(7, "veth1", 3, 4, 5)});
  auto const start = std::string{"pod_end migration0, host_end veth1, bridge br1, "};
  EXPECT_EQ(walked(pod(), host, "eth2"), start + "uplink eth2");
  for (auto const* other : {"eth3", "nonsense", ""})
    EXPECT_EQ(walked(pod(), host, other), start + "uplink eth1, uplink eth2") << other;
}

TEST(HostChain, OfAnAgentInTheHostsNamespaceIsWalkedInOneTable) {
  auto const host =
      table({hardware(2, "eth1", 5), bridge(5, "br1"), over(6, "migration0", "vlan", 5)});
  EXPECT_EQ(walked(host, host), "pod_end migration0, bridge br1, uplink eth1");
}

TEST(HostChain, EndsWhereNothingMoreIsInView) {
  EXPECT_EQ(walked({}, {}), "");
  EXPECT_EQ(walked(table({hardware(3, "migration0")}), {}), "pod_end migration0");
  EXPECT_EQ(walked(pod(), {}), "pod_end migration0") << "no link 7 on the host";
  EXPECT_EQ(walked(pod(), table({veth(7, "veth1", 3, 4)})), "pod_end migration0, host_end veth1");
  EXPECT_EQ(walked(pod(), table({veth(7, "veth1", 3, 4, 99)})),
            "pod_end migration0, host_end veth1")
      << "no link 99";
  auto const vrf = table({veth(7, "veth1", 3, 4, 5), over(5, "red", "vrf", 0)});
  EXPECT_EQ(walked(pod(), vrf), "pod_end migration0, host_end veth1") << "a VRF does not switch";
}

TEST(HostChain, EndsInACircleAndInACrowd) {
  auto const circle =
      table({over(3, "migration0", "vlan", 4), over(4, "b", "vlan", 5), over(5, "c", "vlan", 4)});
  EXPECT_EQ(walked(circle, circle), "pod_end migration0, parent b, parent c");
  auto crowd = table({bridge(5, "br1"), veth(7, "veth1", 3, 4, 5)});
  for (int i = 100; i < 1100; ++i) crowd[i] = hardware(i, fmt::format("eth{}", i), 5);
  EXPECT_EQ(host_chain(pod(), "migration0", crowd, {}).size(), 64U);
}

TEST(HostChain, KeepsWhatTheTablesSay) {
  auto host = table({hardware(3, "eth1", 5), bridge(5, "br1"), veth(7, "veth1", 3, 4, 5)});
  host[5].vlan_filtering = true;
  host[5].default_pvid = 1;
  host[3].vlans = {.pvid = 1, .tagged = {{2, 9}}, .untagged = {{1, 1}}};
  host[3].mtu_octets = 1500;
  host[3].up = host[3].carrier = true;
  host[3].carrier_changes = 4;
  auto const chain = host_chain(pod(), "migration0", host, {});
  ASSERT_EQ(chain.size(), 4U);
  EXPECT_EQ(chain[0].parent, "veth1");
  EXPECT_EQ(chain[1].parent, "") << "the host does not see into the pod";
  EXPECT_TRUE(chain[2].vlan_filtering);
  EXPECT_EQ(chain[2].default_pvid, 1);
  EXPECT_EQ(chain[3].master, "br1");
  EXPECT_EQ(chain[3].pvid, 1);
  EXPECT_EQ(chain[3].tagged, (std::vector<VlanRange>{{2, 9}}));
  EXPECT_EQ(chain[3].mtu_octets, 1500U);
  EXPECT_TRUE(chain[3].up && chain[3].carrier);
  EXPECT_EQ(chain[3].carrier_changes, 4U);
}
}  // namespace
}  // namespace leadline
