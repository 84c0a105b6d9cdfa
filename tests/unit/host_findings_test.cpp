#include "coordinator/findings.hpp"
#include "coordinator/report/report.hpp"
#include "coordinator/symptoms.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace leadline {
namespace {
using Links = std::vector<HostLink>;

HostLink link(LinkRole role, std::string name, std::string kind, std::string master = {}) {
  HostLink made{
      .role = role, .name = std::move(name), .kind = std::move(kind), .master = std::move(master)};
  made.mtu_octets = 1500;
  made.up = made.carrier = true;
  return made;
}

/// A veth in VLAN 2 of a filtering bridge, whose uplink, a bond of two, has it tagged.
Links healthy() {
  Links links{link(LinkRole::pod_end, "migration0", "veth"),
              link(LinkRole::host_end, "veth1", "veth", "br1"),
              link(LinkRole::bridge, "br1", "bridge"),
              link(LinkRole::uplink, "bond1", "bond", "br1"),
              link(LinkRole::member, "eth1", "", "bond1"),
              link(LinkRole::member, "eth2", "", "bond1")};
  links[1].pvid = 2;
  links[1].untagged = {{2, 2}};
  links[2].vlan_filtering = true;
  links[2].default_pvid = 1;
  links[3].pvid = 1;
  links[3].untagged = {{1, 1}};
  links[3].tagged = {{2, 2}};
  links[3].speed_bits_per_second = 50'000'000'000;
  links[4].speed_bits_per_second = links[5].speed_bits_per_second = 25'000'000'000;
  return links;
}

void look(SurveyMaker& maker, std::string const& node, Links chain, Status status = Status::ok) {
  auto const index = maker.node(node);
  maker.survey().node_observations.push_back(
      {.source = index,
       .target = index,
       .probe = std::string{HostView::name},
       .status = status,
       .result = HostView::Result{.skipped = {}, .chain = std::move(chain)}});
}

void unreached(Observation& seen, Reach::Result& result) {
  seen.status = Status::fail;
  result.udp_received = 0;
  result.udp.outcome = Outcome::absent_on_link;
  result.udp.source_seen.clear();
  for (auto& attempt : result.tcp) attempt.outcome = Outcome::absent_on_link;
}

auto touching(std::string const& node) {
  return
      [node](auto const& source, auto const& target) { return source == node || target == node; };
}

std::vector<Finding> findings_of(SurveyMaker& maker) {
  return find_causes(maker.survey(), read_symptoms(maker.survey()));
}

std::string shown(Finding const& finding) {
  return fmt::format("{} {} {}", format(finding.severity), finding.code, format(finding.scope));
}

struct Row {
  std::string name;
  void (*spoil)(Links&);
  std::vector<std::string> expected;  ///< "severity CODE scope"
  std::string evidence;               ///< a part of that of the first
};

void PrintTo(Row const& row, std::ostream* out) {
  *out << row.name;
}

class HostFindings : public testing::TestWithParam<Row> {};

TEST_P(HostFindings, NameTheLinkAndNothingElse) {
  SurveyMaker maker;
  maker.survey().plan.thresholds.expected_link_speed = BitRate{10e9};
  for (auto const& node : {"east/n1", "east/n2", "west/n1"}) look(maker, node, healthy());
  auto chain = healthy();
  GetParam().spoil(chain);
  look(maker, "west/n2", std::move(chain));
  std::vector<std::string> found;
  auto const findings = findings_of(maker);
  for (auto const& finding : findings) found.push_back(shown(finding));
  EXPECT_EQ(found, GetParam().expected);
  if (findings.empty()) return;
  ASSERT_FALSE(findings.front().evidence.empty());
  EXPECT_NE(findings.front().evidence.front().find(GetParam().evidence), std::string::npos)
      << findings.front().evidence.front();
}

INSTANTIATE_TEST_SUITE_P(
    Harmless, HostFindings,
    testing::Values(Row{"healthy", [](Links&) {}, {}, ""},
                    Row{"native on the uplink",
                        [](Links& l) {
                          l[3].pvid = 2;
                          l[3].tagged.clear();
                          l[3].untagged = {{2, 2}};
                        },
                        {},
                        ""},
                    Row{"a range holds it", [](Links& l) { l[3].tagged = {{2, 4094}}; }, {}, ""},
                    Row{"no VLAN asked for, no filter",
                        [](Links& l) {
                          l[2].vlan_filtering = false;
                          l[1].pvid = 1;
                          l[1].untagged = {{1, 1}};
                        },
                        {},
                        ""},
                    Row{"room for one tag", [](Links& l) { l[3].mtu_octets = 1496; }, {}, ""},
                    Row{"the bridge's own MTU", [](Links& l) { l[2].mtu_octets = 1280; }, {}, ""},
                    Row{"members slower than the bond",
                        [](Links& l) { l[4].speed_bits_per_second = 1'000'000'000; },
                        {},
                        ""},
                    Row{"speed unknown", [](Links& l) { l[3].speed_bits_per_second = 0; }, {}, ""},
                    Row{"nothing seen", [](Links& l) { l.clear(); }, {}, ""}));

INSTANTIATE_TEST_SUITE_P(
    Vlan, HostFindings,
    testing::Values(Row{"uplink without the VLAN",
                        [](Links& l) { l[3].tagged.clear(); },
                        {"error VLAN_UPLINK_MISSING node west/n2"},
                        "west/n2: veth1 is in VLAN 2 of bridge br1, uplink bond1 carries VLAN 1"},
                    Row{"ranges beside it",
                        [](Links& l) { l[3].tagged = {{3, 4094}}; },
                        {"error VLAN_UPLINK_MISSING node west/n2"},
                        "carries VLAN 1, 3-4094"},
                    Row{"another uplink has it",
                        [](Links& l) { l.push_back(link(LinkRole::uplink, "eth3", "", "br1")); },
                        {"info VLAN_UPLINK_MISSING node west/n2"},
                        "uplink eth3 carries VLAN none"},
                    Row{"a trunk with one missing",
                        [](Links& l) {
                          l[1].tagged = {{10, 12}};
                          l[3].tagged = {{2, 2}, {10, 10}, {12, 12}};
                        },
                        {"warning VLAN_UPLINK_MISSING node west/n2"},
                        "veth1 trunks VLAN 11 of bridge br1, uplink bond1 does not"},
                    Row{"a tag that the port lacks",
                        [](Links& l) {
                          l[0].kind = "vlan";
                          l[0].vlan_id = 7;
                        },
                        {"error VLAN_PORT_MISSING node west/n2"},
                        "packets bear tag 7, port veth1 of bridge br1 carries VLAN 2"},
                    Row{"no tag and no PVID",
                        [](Links& l) {
                          l[1].pvid = 0;
                          l[1].untagged.clear();
                          l[1].tagged = {{2, 2}};
                        },
                        {"error VLAN_PORT_MISSING node west/n2"},
                        "packets bear no tag, port veth1 of bridge br1 has no PVID and carries "
                        "VLAN 2"},
                    Row{"a port without any VLAN",
                        [](Links& l) {
                          l[1].pvid = 0;
                          l[1].untagged.clear();
                        },
                        {"error VLAN_PORT_MISSING node west/n2"},
                        "carries VLAN none"},
                    Row{"a tag that the uplink lacks",
                        [](Links& l) {
                          l[0].kind = "vlan";
                          l[0].vlan_id = 7;
                          l[1].tagged = {{7, 9}};
                        },
                        {"error VLAN_UPLINK_MISSING node west/n2"},
                        "veth1 is in VLAN 7"},
                    Row{"a bridge that does not filter",
                        [](Links& l) { l[2].vlan_filtering = false; },
                        {"error VLAN_FILTERING_OFF node west/n2"},
                        "veth1 is set up for VLAN 2, bridge br1 does not filter"},
                    Row{"the same with a trunk and no uplink",
                        [](Links& l) {
                          l.resize(3);
                          l[2].vlan_filtering = false;
                          l[1].tagged = {{10, 12}};
                        },
                        {"error VLAN_FILTERING_OFF node west/n2"},
                        "VLAN 2, 10-12"}));

INSTANTIATE_TEST_SUITE_P(
    Links, HostFindings,
    testing::Values(Row{"smaller uplink",
                        [](Links& l) { l[3].mtu_octets = 1400; },
                        {"error MTU_CHAIN node west/n2"},
                        "migration0 takes packets of 1500 octets, uplink bond1 of br1 only 1400"},
                    Row{"smaller host end",
                        [](Links& l) { l[1].mtu_octets = 1495; },
                        {"error MTU_CHAIN node west/n2"},
                        "host end veth1 of br1 only 1495"},
                    Row{"larger than anybody else's",
                        [](Links& l) { l[0].mtu_octets = 9000; },
                        {"warning MTU_CHAIN node west/n2"},
                        "9000 octets, host end veth1 of br1 only 1500"},
                    Row{"uplink down",
                        [](Links& l) { l[3].up = l[3].carrier = false; },
                        {"error LINK_DOWN node west/n2"},
                        "uplink bond1 of br1 is down without carrier"},
                    Row{"one member unplugged",
                        [](Links& l) { l[4].carrier = false; },
                        {"warning LINK_DOWN node west/n2"},
                        "member eth1 of bond1 is up without carrier"},
                    Row{"bridge down",
                        [](Links& l) { l[2].up = false; },
                        {"error LINK_DOWN node west/n2"},
                        "bridge br1 is down"},
                    Row{"one of two uplinks unplugged",
                        [](Links& l) {
                          l.push_back(link(LinkRole::uplink, "eth3", "", "br1"));
                          l.back().tagged = {{2, 2}};
                          l.back().carrier = false;
                        },
                        {"warning LINK_DOWN node west/n2"},
                        "uplink eth3 of br1"},
                    Row{"uplink slow",
                        [](Links& l) { l[3].speed_bits_per_second = 100'000'000; },
                        {"warning LINK_SLOW node west/n2"},
                        "uplink bond1 of br1 runs at 100 Mbit/s"},
                    Row{"member flaps",
                        [](Links& l) { l[5].carrier_changes = 11; },
                        {"warning LINK_FLAPPING node west/n2"},
                        "11 carrier changes on member eth2 of bond1"}));

TEST(HostFindings, DoNotTakeAPodsOwnLinkForTheHosts) {
  SurveyMaker maker;
  auto chain = healthy();
  chain[0].carrier = false;  // told by the facts, and only by those
  chain[0].carrier_changes = 100;
  look(maker, "east/n1", std::move(chain));
  EXPECT_TRUE(findings_of(maker).empty());
}

TEST(HostFindings, AreNoneOfWhatWasNotSeen) {
  SurveyMaker maker;
  auto chain = healthy();
  chain[3].tagged.clear();
  look(maker, "east/n1", std::move(chain), Status::skipped);
  EXPECT_TRUE(findings_of(maker).empty());
  EXPECT_EQ(make_report(maker.survey(), false).verdict, Verdict::ready);
}

TEST(HostFindings, TellTheVeryCommand) {
  SurveyMaker maker;
  auto chain = healthy();
  chain[1].tagged = {{10, 12}};
  chain[3].tagged.clear();
  look(maker, "east/n1", chain);
  look(maker, "east/n1", chain);  // of the other family
  auto findings = findings_of(maker);
  ASSERT_EQ(findings.size(), 1U);
  auto const& remedy = findings.front().remedy;
  EXPECT_TRUE(
      remedy.starts_with("Run on the node: bridge vlan add vid 10-12 dev bond1; bridge "
                         "vlan add vid 2 dev bond1. "))
      << remedy;
  EXPECT_NE(remedy.find(kind_of("VLAN_UPLINK_MISSING").remedy), std::string::npos);

  SurveyMaker unfiltered;
  chain = healthy();
  chain[2].vlan_filtering = false;
  look(unfiltered, "east/n1", std::move(chain));
  findings = findings_of(unfiltered);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_NE(findings.front().remedy.find("ip link set dev br1 type bridge vlan_filtering 1"),
            std::string::npos);
}

TEST(HostFindings, TellTheVeryCommandForThePodsPort) {
  struct Case {
    std::string command;
    std::optional<VlanId> expected_vlan;
    void (*spoil)(Links&);
  };

  constexpr auto no_pvid = [](Links& l) {
    l[1].pvid = 0;
    l[1].untagged.clear();
  };
  std::vector<Case> const table{
      {"Run on the node: bridge vlan add vid 2 dev veth1 pvid untagged. ", 2, no_pvid},
      {"bridge vlan show lists", std::nullopt, no_pvid},
      {"Run on the node: bridge vlan add vid 7 dev br1 self. ", 2, [](Links& l) {
         l[1] = link(LinkRole::parent, "br1.7", "vlan");
         l[1].vlan_id = 7;
       }}};
  for (auto const& [command, expected_vlan, spoil] : table) {
    SurveyMaker maker;
    maker.survey().plan.vlan = expected_vlan;
    auto chain = healthy();
    spoil(chain);
    look(maker, "east/n1", std::move(chain));
    auto const findings = findings_of(maker);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(shown(findings[0]), "error VLAN_PORT_MISSING node east/n1");
    EXPECT_TRUE(findings[0].remedy.starts_with(command)) << findings[0].remedy;
  }
}

TEST(HostFindings, TellTheSpeedWhereThePodsInterfaceDoesNot) {
  SurveyMaker maker;
  maker.survey().plan.thresholds.expected_link_speed = BitRate{10e9};
  maker.facts("east/n1").interface.speed_bits_per_second = 0;
  auto untold = healthy();
  for (auto& link : untold)  // as a bridge claims of its veths
    link.speed_bits_per_second = link.kind == "bridge" ? 10'000'000'000 : 0;
  auto unknown = maker;
  look(unknown, "east/n1", untold);
  EXPECT_EQ(make_report(unknown.survey(), false).verdict, Verdict::unknown);
  look(maker, "east/n1", healthy());
  EXPECT_EQ(make_report(maker.survey(), false).verdict, Verdict::ready);
}

TEST(HostFindings, OfAMissingVlanExplainThatNobodyReachesTheNode) {
  SurveyMaker maker;
  auto chain = healthy();
  chain[3].tagged.clear();
  look(maker, "east/n1", std::move(chain));
  maker.spoil<Reach>(touching("east/n1"), unreached).skip_after_reach(touching("east/n1"));
  auto const findings = findings_of(maker);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(shown(findings[0]), "error VLAN_UPLINK_MISSING node east/n1");
  EXPECT_EQ(findings[0].pairs_affected, 6U);
  EXPECT_TRUE(std::ranges::any_of(findings[0].consequences, [](std::string const& text) {
    return text.starts_with("REACH_HOST_ABSENT on 6 pairs");
  }));
}

TEST(HostFindings, OfAWholeClusterAreOne) {
  SurveyMaker maker;
  for (auto const& node : {"east/n1", "east/n2", "east/n3"}) {
    auto chain = healthy();
    chain[2].vlan_filtering = false;
    look(maker, node, std::move(chain));
  }
  maker.spoil<Reach>([](auto const&, auto const&) { return true; }, unreached)
      .skip_after_reach([](auto const&, auto const&) { return true; });
  auto const findings = findings_of(maker);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(shown(findings[0]), "error VLAN_FILTERING_OFF cluster east");
}

TEST(HostFindings, OfASmallLinkExplainWhatIsLostOnTheWay) {
  SurveyMaker maker;
  auto chain = healthy();
  chain[3].mtu_octets = 1400;
  look(maker, "east/n1", std::move(chain));
  maker.spoil<PathMtu>(touching("east/n1"), [](Observation& seen, PathMtu::Result& result) {
    seen.status = Status::fail;
    result.path_mtu_octets = 1404;
    result.smallest_lost_octets = 1405;
    result.limit = MtuLimit::silent;
  });
  auto const findings = findings_of(maker);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(shown(findings[0]), "error MTU_CHAIN node east/n1");
  EXPECT_EQ(findings[0].consequences.size(), 1U);
}

TEST(HostFindings, LeaveOtherFaultsOfTheNodeAndOfOthersAlone) {
  SurveyMaker maker;
  maker.survey().plan.thresholds.expected_link_speed = BitRate{10e9};
  auto chain = healthy();
  chain[3].tagged.clear();
  chain[3].mtu_octets = 1400;
  chain[3].speed_bits_per_second = 100'000'000;
  look(maker, "east/n1", std::move(chain));
  maker.spoil<Reach>(touching("west/n3"), unreached).skip_after_reach(touching("west/n3"));
  std::vector<std::string> found;
  for (auto const& finding : findings_of(maker)) found.push_back(shown(finding));
  std::ranges::sort(found);
  EXPECT_EQ(found,
            (std::vector<std::string>{
                "error MTU_CHAIN node east/n1", "error REACH_HOST_ABSENT node west/n3",
                "error VLAN_UPLINK_MISSING node east/n1", "warning LINK_SLOW node east/n1"}));
}
}  // namespace
}  // namespace leadline
