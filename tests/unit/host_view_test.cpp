#include "probes/host_view.hpp"

#include "probes/host_vlans.hpp"
#include "probes/linux/network_namespace.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadline {
namespace {
HostView::Result seen(std::string host_netns, std::string interface = "lo") {
  boost::asio::io_context loop{1};
  HostView probe;
  probe.interface = std::move(interface);
  probe.host_netns = std::move(host_netns);
  auto future = boost::asio::co_spawn(loop, run(std::move(probe)), boost::asio::use_future);
  loop.run();
  auto outcome = future.get();
  EXPECT_TRUE(outcome);
  return outcome.value_or(HostView::Result{});
}

void expect_skipped(HostView::Result const& result, std::string const& says) {
  EXPECT_TRUE(result.chain.empty());
  auto const [status, reason] = assess(result);
  EXPECT_EQ(status, Status::skipped);
  EXPECT_NE(reason.find(says), std::string::npos) << reason;
}

TEST(HostView, IsSkippedWithTheReasonWhereTheHostCannotBeSeen) {
  expect_skipped(seen(""), "was not given");
  expect_skipped(seen("/proc/0/ns/net"), "No such file");
  expect_skipped(seen("/proc/self/ns/net", "migration0"), "no interface 'migration0'");
  expect_skipped(seen("/proc/self/ns/net", ""), "no interface ''");
}

/// Whoever may not enter namespaces at all is told EPERM instead of EINVAL.
TEST(HostView, IsSkippedWhereThePathIsNoNetworkNamespace) {
  ScratchDirectory const directory;
  auto const pipe = directory.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (auto const& path : {std::string{"/proc/self/ns/mnt"}, std::string{"/proc/self/status"},
                           std::string{"/dev/null"}, std::string{"/"}, pipe.string()})
    expect_skipped(seen(path), "setns " + path);
}

TEST(HostView, IsSkippedWhereTheFileMayNotBeRead) {
  ScratchDirectory const directory;
  auto const path = directory.path() / "closed";
  ::close(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0000));
  // Root reads it all the same, and finds that it is no namespace.
  expect_skipped(seen(path), ::geteuid() == 0 ? "setns" : "Permission denied");
}

TEST(HostView, OfAnAgentInTheHostsNamespaceNeedsNoEntering) {
  auto const result = seen("/proc/self/ns/net");
  EXPECT_EQ(result.skipped, "");
  ASSERT_EQ(result.chain.size(), 1U);
  EXPECT_EQ(result.chain[0].name, "lo");
  EXPECT_EQ(result.chain[0].role, LinkRole::pod_end);
  EXPECT_GE(result.chain[0].mtu_octets, 1280U);
}

TEST(NetworkNamespace, IsToldApartFromOtherFiles) {
  EXPECT_TRUE(NetworkNamespace::open("/proc/self/ns/net")->is_own());
  EXPECT_FALSE(NetworkNamespace::open("/proc/self/ns/mnt")->is_own());
  EXPECT_FALSE(NetworkNamespace::open("/proc/self/ns/mnt")->number());
  auto const absent = NetworkNamespace::open("/nonsense");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, boost::system::errc::no_such_file_or_directory);
}

/// A healthy chain: a veth into VLAN 100 of a filtering bridge, whose uplink has it tagged.
std::vector<HostLink> chain() {
  std::vector<HostLink> links{
      {.role = LinkRole::pod_end, .name = "migration0", .kind = "veth", .parent = "veth1"},
      {.role = LinkRole::host_end, .name = "veth1", .kind = "veth", .master = "br1"},
      {.role = LinkRole::bridge, .name = "br1", .kind = "bridge"},
      {.role = LinkRole::uplink, .name = "eth1", .master = "br1"}};
  for (auto& link : links) {
    link.mtu_octets = 9000;
    link.up = link.carrier = true;
  }
  links[1].pvid = 100;
  links[1].untagged = {{100, 100}};
  links[2].vlan_filtering = true;
  links[2].default_pvid = 1;
  links[3].pvid = 1;
  links[3].untagged = {{1, 1}};
  links[3].tagged = {{100, 100}};
  return links;
}

struct Judged {
  std::string name;
  void (*spoil)(std::vector<HostLink>&);
  Status status;
  std::string says;
};

void PrintTo(Judged const& row, std::ostream* out) {
  *out << row.name;
}

class HostViewAssessment : public testing::TestWithParam<Judged> {};

TEST_P(HostViewAssessment, SaysWhatTheChainMeans) {
  HostView::Result result{.skipped = {}, .chain = chain()};
  GetParam().spoil(result.chain);
  auto const [status, reason] = assess(result);
  EXPECT_EQ(status, GetParam().status);
  EXPECT_NE(reason.find(GetParam().says), std::string::npos) << reason;
}

using Links = std::vector<HostLink>;

INSTANTIATE_TEST_SUITE_P(
    Table, HostViewAssessment,
    testing::Values(
        Judged{"healthy", [](Links&) {}, Status::ok, "migration0, veth1, br1, eth1"},
        Judged{"room for one tag", [](Links& l) { l[3].mtu_octets = 8996; }, Status::ok, "eth1"},
        Judged{"the bridge's own MTU", [](Links& l) { l[2].mtu_octets = 1500; }, Status::ok, "br1"},
        Judged{"wider below", [](Links& l) { l[0].mtu_octets = 1500; }, Status::ok, "eth1"},
        Judged{"untagged without a filter",
               [](Links& l) {
                 l[2].vlan_filtering = false;
                 l[1].pvid = 0;
               },
               Status::ok, "eth1"},
        Judged{"one octet too few", [](Links& l) { l[3].mtu_octets = 8995; }, Status::warn,
               "migration0 takes packets of 9000 octets, eth1 only 8995"},
        Judged{"uplink down", [](Links& l) { l[3].up = l[3].carrier = false; }, Status::warn,
               "eth1 is down without carrier"},
        Judged{"uplink unplugged", [](Links& l) { l[3].carrier = false; }, Status::warn,
               "eth1 is up without carrier"},
        Judged{"no uplink", [](Links& l) { l.pop_back(); }, Status::warn, "br1 has no uplink"},
        Judged{"no pvid", [](Links& l) { l[1].pvid = 0; }, Status::warn,
               "br1 drops what enters by veth1 without a tag"},
        Judged{"tag that the port does not carry",
               [](Links& l) {
                 l[0].kind = "vlan";
                 l[0].vlan_id = 7;
               },
               Status::warn, "br1 drops what enters by veth1 with tag 7"},
        Judged{"nothing", [](Links& l) { l.clear(); }, Status::inconclusive, "empty"}));

TEST(BridgePassage, KnowsTheVlanThatFramesAreIn) {
  auto links = chain();
  EXPECT_EQ(bridge_passage(links)->vlan(), 100);
  EXPECT_EQ(bridge_passage(links)->port->name, "veth1");
  ASSERT_EQ(bridge_passage(links)->uplinks.size(), 1U);
  links[0].kind = "vlan";
  links[0].vlan_id = 7;
  EXPECT_EQ(bridge_passage(links)->vlan(), 0) << "the port does not carry 7";
  links[1].tagged = {{5, 8}};
  EXPECT_EQ(bridge_passage(links)->vlan(), 7);
}

TEST(BridgePassage, OfASubInterfaceOnTheBridgeEntersByTheBridgeItself) {
  std::vector<HostLink> links{
      {.role = LinkRole::pod_end, .name = "migration0", .kind = "macvlan"},
      {.role = LinkRole::parent, .name = "br1.100", .kind = "vlan", .vlan_id = 100},
      {.role = LinkRole::bridge, .name = "br1", .kind = "bridge", .tagged = {{100, 100}}},
      {.role = LinkRole::uplink, .name = "eth1", .master = "br1"}};
  auto const passage = bridge_passage(links);
  EXPECT_EQ(passage->port, passage->bridge);
  EXPECT_EQ(passage->vlan(), 100);
}

TEST(BridgePassage, IsNoneWithoutABridge) {
  EXPECT_FALSE(bridge_passage({}));
  EXPECT_FALSE(bridge_passage({{.role = LinkRole::pod_end}, {.role = LinkRole::parent}}));
}

TEST(BridgePassage, ThePortAsksForAVlanUnlessItIsLeftAsItWasMade) {
  auto links = chain();
  EXPECT_TRUE(bridge_passage(links)->port_asks_for_vlan());
  links[1].pvid = 1;
  EXPECT_FALSE(bridge_passage(links)->port_asks_for_vlan());
  links[1].tagged = {{20, 30}};
  EXPECT_TRUE(bridge_passage(links)->port_asks_for_vlan());
  links[1] = {.role = LinkRole::host_end, .name = "veth1", .master = "br1"};
  EXPECT_FALSE(bridge_passage(links)->port_asks_for_vlan()) << "a kernel without VLANs";
}

struct Sent {
  std::string name;
  void (*change)(std::vector<HostLink>&);
  std::optional<int> tag;
};

void PrintTo(Sent const& row, std::ostream* out) {
  *out << row.name;
}

class VlanOnTheWire : public testing::TestWithParam<Sent> {};

TEST_P(VlanOnTheWire, IsToldOnlyWhereAFrameLeavesInView) {
  auto links = chain();
  GetParam().change(links);
  EXPECT_EQ(vlan_on_the_wire(links), GetParam().tag);
}

INSTANTIATE_TEST_SUITE_P(
    Table, VlanOnTheWire,
    testing::Values(
        Sent{"tagged at the uplink", [](Links&) {}, 100},
        Sent{"untagged at the uplink", [](Links& l) { l[3].untagged = {{100, 100}}; }, 0},
        Sent{"not at the uplink", [](Links& l) { l[3].tagged = {}; }, std::nullopt},
        Sent{"no PVID at the port", [](Links& l) { l[1].pvid = 0; }, std::nullopt},
        Sent{"two uplinks", [](Links& l) { l.push_back(l[3]); }, std::nullopt},
        Sent{"no uplink", [](Links& l) { l.pop_back(); }, std::nullopt},
        Sent{"a bridge that does not filter", [](Links& l) { l[2].vlan_filtering = false; }, 0},
        Sent{"the same over a sub-interface",
             [](Links& l) {
               l[2].vlan_filtering = false;
               l[3].kind = "vlan";
               l[3].vlan_id = 30;
               l.push_back({.role = LinkRole::parent, .name = "eth1"});
             },
             30},
        Sent{"macvlan on a sub-interface",
             [](Links& l) {
               l = {{.role = LinkRole::pod_end, .kind = "macvlan"},
                    {.role = LinkRole::parent, .kind = "vlan", .vlan_id = 200},
                    {.role = LinkRole::parent}};
             },
             200},
        Sent{"macvlan on the card",
             [](Links& l) {
               l = {{.role = LinkRole::pod_end, .kind = "macvlan"}, {.role = LinkRole::parent}};
             },
             0},
        Sent{"a tag within a tag",
             [](Links& l) {
               l = {{.role = LinkRole::pod_end, .kind = "vlan", .vlan_id = 5},
                    {.role = LinkRole::parent, .kind = "vlan", .vlan_id = 6},
                    {.role = LinkRole::parent}};
             },
             6},
        Sent{"a veth that leads out of view", [](Links& l) { l.resize(2); }, std::nullopt},
        Sent{"the pod's end alone", [](Links& l) { l.resize(1); }, std::nullopt},
        Sent{"nothing", [](Links& l) { l.clear(); }, std::nullopt}));

TEST(VlanRanges, AreComparedIdByIdAndWithinBounds) {
  HostLink const uplink{.tagged = {{12, 13}, {20, 20}}, .untagged = {{1, 1}}};
  auto const missing = [&](std::vector<VlanRange> wanted) {
    return list_vlans(not_carried(HostLink{.tagged = std::move(wanted)}, uplink));
  };
  EXPECT_EQ(missing({}), "none");
  EXPECT_EQ(missing({{1, 1}, {12, 13}}), "none");
  EXPECT_EQ(missing({{10, 15}}), "10-11, 14-15");
  EXPECT_EQ(missing({{19, 21}, {30, 30}}), "19, 21, 30");
  EXPECT_EQ(missing({{-2147483647, 2147483647}}), "2-11, 14-19, 21-4094") << "from another machine";
  EXPECT_EQ(missing({{9, 3}}), "none");
  EXPECT_EQ(list_vlans(all_vlans(uplink)), "1, 12-13, 20");
}
}  // namespace
}  // namespace leadline
