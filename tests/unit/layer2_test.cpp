#include "coordinator/report/layer2.hpp"

#include "coordinator/address_holders.hpp"
#include "coordinator/broadcast_domains.hpp"
#include "coordinator/findings.hpp"
#include "coordinator/layer2_probes.hpp"
#include "tests/unit/layer2_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace leadline {
namespace {
using Kind = PortView::Kind;

SurveyMaker::Where const nowhere = [](auto const&, auto const&) { return false; };

class Layer2 : public testing::Test {
 protected:
  using Where = SurveyMaker::Where;

  static Where touching(std::string const& node) {
    return
        [node](auto const& source, auto const& target) { return source == node || target == node; };
  }

  static bool between_clusters(std::string const& source, std::string const& target) {
    return source.substr(0, 4) != target.substr(0, 4);
  }

  /// Neither UDP nor TCP gets through there, as a rule because nobody answers ARP.
  void break_reach(Where const& where, Outcome outcome = Outcome::absent_on_link) {
    maker_.spoil<Reach>(where, [=](Observation& seen, Reach::Result& result) {
      seen.status = Status::fail;
      result.udp_received = 0;
      result.udp.outcome = outcome;
      result.udp.source_seen.clear();
      for (auto& attempt : result.tcp) attempt.outcome = outcome;
    });
    maker_.skip_after_reach(where);
    maker_.arrived(where, 0);
  }

  static std::string mac(std::string const& node) {
    return std::string{"02:00:00:00:0"} + (node.starts_with("east") ? "1" : "2") + ":0" +
           node.back();
  }

  void give_macs() {
    for (auto& record : maker_.survey().nodes)
      record.facts->interface.mac = mac(format(record.name));
  }

  /// No beacon passes between the clusters, and nothing that was sent was answered.
  void silence_between_clusters() {
    layer2_.passes = std::not_fn(between_clusters);
    layer2_.hear();
    break_reach(between_clusters, Outcome::silent);
    give_macs();
  }

  /// The kernels know the MAC addresses of those to whom they sent.
  void find_by_arp() {
    maker_.spoil<Reach>(between_clusters, [this](Observation& seen, Reach::Result& result) {
      result.next_hop_mac = maker_.survey().nodes.at(seen.target).facts->interface.mac;
    });
  }

  /// What the node heard when it asked all addresses who has them.
  void ask(std::string const& asker, Where const& answered) {
    AddressClaims::Result result{.asked = 6};
    for (auto const& record : maker_.survey().nodes)
      if (auto const name = format(record.name); name != asker && answered(asker, name))
        result.claims.push_back(
            {.address = record.addresses.front(), .mac = mac(name), .count = 3});
    maker_.survey().node_observations.push_back({.source = node(asker),
                                                 .target = node(asker),
                                                 .family = Family::ipv4,
                                                 .probe = std::string{AddressClaims::name},
                                                 .status = Status::ok,
                                                 .reason = {},
                                                 .result = result});
  }

  std::vector<Finding> findings() {
    auto all = find_causes(maker_.survey(), read_symptoms(maker_.survey()));
    std::erase_if(all, [](Finding const& finding) { return finding.code == "NOT_MEASURED"; });
    return all;
  }

  NodeIndex node(std::string const& name) { return maker_.node(name); }

  SurveyMaker maker_;
  Layer2Maker layer2_{maker_};
};

TEST_F(Layer2, SurvivesAnAgentThatTellsNothing) {
  layer2_.hear();
  for (auto& seen : maker_.survey().node_observations)
    if (seen.probe == BroadcastDomain::name && seen.source == 0) {
      seen.result.reset();
      seen.status = Status::fail;
      seen.reason.clear();
    }
  auto const found = find_domains(maker_.survey());
  EXPECT_FALSE(found.ports.at(0).unseen.empty());
  EXPECT_TRUE(found.ports.at(1).unseen.empty());
}

TEST_F(Layer2, AHealthyNetworkIsOneDomainWithoutFindings) {
  layer2_.hear();
  auto const domains = find_domains(maker_.survey());
  ASSERT_EQ(domains.sets.size(), 1U);
  EXPECT_EQ(domains.sets.front().size(), 6U);
  for (auto const& port : domains.ports) {
    EXPECT_EQ(port.unseen, "");
    EXPECT_EQ(port.kind, Kind::access);
    EXPECT_EQ(port.vlan, std::nullopt);
  }
  EXPECT_TRUE(findings().empty());
  EXPECT_EQ(layer2_lines(maker_.survey()).front(),
            "one broadcast domain: east/n1 east/n2 east/n3 west/n1 west/n2 west/n3");
}

TEST_F(Layer2, PortsShowTheirKindAndVlan) {
  layer2_.vlans = {100, 200};
  layer2_.usual.takes_own_tag = true;
  layer2_.ports["east/n1"] = {.native = {}, .allowed = {100, 200}};
  layer2_.ports["east/n2"] = {.native = 100, .allowed = {200}};
  layer2_.ports["east/n3"] = {.native = 200, .allowed = {}};
  layer2_.hear();
  auto const ports = find_domains(maker_.survey()).ports;
  EXPECT_EQ(ports[node("east/n1")].kind, Kind::trunk);
  EXPECT_EQ(ports[node("east/n1")].tagged, (std::vector<VlanId>{100, 200}));
  EXPECT_EQ(ports[node("east/n2")].kind, Kind::trunk_with_native);
  EXPECT_EQ(ports[node("east/n2")].vlan, 100);
  EXPECT_EQ(ports[node("east/n3")].kind, Kind::access);
  EXPECT_EQ(ports[node("east/n3")].vlan, 200);
  EXPECT_EQ(ports[node("west/n1")].kind, Kind::access);
  EXPECT_EQ(ports[node("west/n1")].vlan, 100);
  EXPECT_EQ(ports[node("west/n1")].takes_tagged, std::vector<VlanId>{100});
}

TEST_F(Layer2, ANodeInAnotherVlanIsNamedAndExplainsWhatFailed) {
  layer2_.ports["east/n2"] = {.native = 200, .allowed = {}};
  layer2_.hear();
  break_reach(touching("east/n2"));
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "VLAN_WRONG_PORT");
  EXPECT_EQ(found.front().severity, Severity::error);
  EXPECT_EQ(found.front().scope.source, "east/n2");
  EXPECT_EQ(found.front().pairs_affected, 6U);
  EXPECT_TRUE(std::ranges::any_of(found.front().consequences, [](std::string const& consequence) {
    return consequence.starts_with("REACH_HOST_ABSENT on 6 pairs");
  }));
}

TEST_F(Layer2, TheVlanOfTheWrongPortIsToldWhereATrunkSeesIt) {
  layer2_.vlans = {100};
  layer2_.ports["east/n2"] = {.native = 200, .allowed = {}};
  layer2_.ports["west/n3"] = {.native = 100, .allowed = {200}};
  layer2_.hear();
  break_reach(touching("east/n2"));
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found.front().evidence.front().find("its untagged frames are in VLAN 200"),
            std::string::npos)
      << found.front().evidence.front();
}

TEST_F(Layer2, ATrunkWhereAccessWasMeantIsTheNodesPort) {
  layer2_.ports["west/n1"] = {.native = {}, .allowed = {100}};
  layer2_.hear();
  break_reach(touching("west/n1"));
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "VLAN_WRONG_PORT");
  EXPECT_NE(found.front().evidence.front().find("delivers VLAN 100 with the tag"),
            std::string::npos)
      << found.front().evidence.front();
}

TEST_F(Layer2, AVlanThatDoesNotPassBetweenTheClustersIsOneFinding) {
  layer2_.passes = std::not_fn(between_clusters);
  layer2_.hear();
  break_reach(between_clusters);
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "VLAN_NOT_TRUNKED");
  EXPECT_EQ(found.front().scope.kind, Scope::Kind::cluster_pair);
  EXPECT_EQ(found.front().pairs_affected, 18U);
  EXPECT_EQ(find_domains(maker_.survey()).sets.size(), 2U);
  EXPECT_EQ(layer2_lines(maker_.survey()).front(),
            "2 broadcast domains: east/n1 east/n2 east/n3 | west/n1 west/n2 west/n3");
}

TEST_F(Layer2, WithWhichTagTheTwoHostsSendIsEvidenceWhereTheyWereLookedAt) {
  layer2_.passes = std::not_fn(between_clusters);
  layer2_.hear();
  break_reach(between_clusters);
  auto const look = [&](std::string const& name, int vlan) {
    std::vector<HostLink> chain{{.role = LinkRole::pod_end, .name = "migration0"},
                                {.role = LinkRole::parent, .name = "eth1", .vlan_id = vlan}};
    if (vlan != 0) chain.back().kind = "vlan";
    for (auto& link : chain) link.up = link.carrier = true;
    maker_.survey().node_observations.push_back(
        {.source = node(name),
         .target = node(name),
         .probe = std::string{HostView::name},
         .status = Status::ok,
         .result = HostView::Result{.skipped = {}, .chain = std::move(chain)}});
  };
  look("east/n1", 100);
  look("west/n1", 0);
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  auto const& evidence = found.front().evidence;
  EXPECT_TRUE(std::ranges::any_of(evidence, [](std::string const& line) {
    return line.ends_with(
        "; the host of east/n1 sends its frames with the tag of VLAN 100; the "
        "host of west/n1 sends its frames untagged");
  })) << evidence.front();
}

TEST_F(Layer2, BothFaultsAtOnceAreBothNamed) {
  layer2_.passes = std::not_fn(between_clusters);
  layer2_.ports["west/n2"] = {.native = 7, .allowed = {}};
  layer2_.hear();
  break_reach(between_clusters);
  auto const found = findings();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].code, "VLAN_NOT_TRUNKED");
  EXPECT_EQ(found[0].scope.kind, Scope::Kind::cluster_pair);
  EXPECT_EQ(found[1].code, "VLAN_WRONG_PORT");
  EXPECT_EQ(found[1].scope.source, "west/n2");
}

TEST_F(Layer2, FilteredBeaconsAreNoFaultWhereIpWorks) {
  layer2_.passes = nowhere;
  layer2_.hear();
  EXPECT_TRUE(findings().empty());
  EXPECT_EQ(find_domains(maker_.survey()).sets.size(), 6U);
}

TEST_F(Layer2, SilenceWhereNoBeaconPassesIsTheVlan) {
  silence_between_clusters();
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "VLAN_NOT_TRUNKED");
  EXPECT_EQ(format(found.front().scope), "clusters east -> west");
}

TEST_F(Layer2, AFirewallThatPassesArpAloneIsNoVlanThatDoesNotPass) {
  silence_between_clusters();
  find_by_arp();
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "REACH_FILTERED");
  EXPECT_EQ(format(found.front().scope), "clusters east -> west");
  EXPECT_EQ(found.front().direction, Direction::both);
}

TEST_F(Layer2, WhomArpFindsInThisRunIsNoVlanAway) {
  silence_between_clusters();
  find_by_arp();
  for (auto const* asker : {"east/n1", "east/n2", "west/n1", "west/n2"})
    ask(asker, [](auto const&, auto const&) { return true; });
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "REACH_FILTERED");
}

TEST_F(Layer2, AMacAddressFromBetterDaysProvesNothing) {
  silence_between_clusters();
  find_by_arp();
  for (auto const* asker : {"east/n1", "east/n2", "west/n1", "west/n2"})
    ask(asker, std::not_fn(between_clusters));
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "VLAN_NOT_TRUNKED");
}

TEST_F(Layer2, AMacAddressBehindAGatewayProvesNothing) {
  silence_between_clusters();
  find_by_arp();
  maker_.spoil<Reach>(between_clusters, [](Observation&, Reach::Result& result) {
    result.route.gateway = "10.100.0.254";
  });
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "VLAN_NOT_TRUNKED");
}

TEST_F(Layer2, WhoRefusesIsNoVlanAway) {
  silence_between_clusters();
  break_reach(between_clusters, Outcome::refused);
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "REACH_FILTERED");
}

TEST_F(Layer2, WhatArrivedUnansweredPassedTheVlan) {
  silence_between_clusters();
  maker_.arrived(between_clusters, 3);
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found.front().code.starts_with("REACH_")) << found.front().code;
}

TEST_F(Layer2, ANodeThatArpFindsIsAtTheRightPort) {
  layer2_.ports["east/n2"] = {.native = 200, .allowed = {}};
  layer2_.hear();
  break_reach(touching("east/n2"), Outcome::silent);
  give_macs();
  find_by_arp();
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "REACH_FILTERED");
  EXPECT_EQ(format(found.front().scope), "node east/n2");
}

TEST_F(Layer2, ADeafNodeIsNotInAnotherVlan) {
  layer2_.passes = [](auto const&, auto const& target) { return target != "east/n2"; };
  layer2_.hear();
  break_reach(touching("east/n2"));
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "REACH_HOST_ABSENT");
}

TEST_F(Layer2, NodesOfOtherNetworksAreRoutedByDesign) {
  for (auto const* name : {"west/n1", "west/n2", "west/n3"}) {
    auto& own = maker_.facts(name).interface.addresses.front();
    own = {.address = "10.101.0." + std::string{name + 6},
           .prefix_length = 24,
           .global_unicast = true};
  }
  layer2_.passes = std::not_fn(between_clusters);
  layer2_.hear();
  break_reach(between_clusters);
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "REACH_HOST_ABSENT");
}

TEST_F(Layer2, WithoutTheReachStageItIsAWarning) {
  layer2_.ports["east/n2"] = {.native = 200, .allowed = {}};
  layer2_.hear();
  maker_.survey().plan.stages = {Stage::facts, Stage::layer2};
  for (auto& pair : maker_.survey().pairs) pair.observations = {};
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "VLAN_WRONG_PORT");
  EXPECT_EQ(found.front().severity, Severity::warning);
}

TEST_F(Layer2, WhoTookNoPartIsNeverAccused) {
  layer2_.skipped["east/n2"] = "a packet socket takes CAP_NET_RAW";
  layer2_.hear();
  break_reach(touching("east/n2"));
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "REACH_HOST_ABSENT");
  auto const lines = layer2_lines(maker_.survey());
  EXPECT_EQ(lines.back(), "not looked at: east/n2: a packet socket takes CAP_NET_RAW");
}

TEST_F(Layer2, ADeadLinkExplainsItsSilence) {
  layer2_.passes = [](auto const& source, auto const& target) {
    return source != "east/n2" && target != "east/n2";
  };
  layer2_.hear();
  break_reach(touching("east/n2"));
  maker_.facts("east/n2").interface.carrier = false;
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "LINK_DOWN");
}

TEST_F(Layer2, AnotherVlanThanPlannedIsAWarningWhereAllAgree) {
  layer2_.vlans = {200};
  layer2_.usual = {.native = 200, .allowed = {}, .takes_own_tag = true};
  maker_.survey().plan.vlan = 100;
  layer2_.hear();
  auto const found = findings();
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().code, "VLAN_WRONG_PORT");
  EXPECT_EQ(found.front().severity, Severity::warning);
  EXPECT_EQ(found.back().code, "VLAN_TAGGED_AT_ACCESS");
  EXPECT_EQ(found.back().severity, Severity::info);
}

class Addresses : public Layer2 {
 protected:
  void SetUp() override {
    give_macs();
    for (auto const& record : maker_.survey().nodes)
      claim(record.addresses.front(), mac(format(record.name)));
  }

  void claim(std::string const& address, std::string const& by) {
    result_.claims.push_back({.address = address, .mac = by, .count = 3});
  }

  std::string address(std::string const& node) { return maker_.record(node).addresses.front(); }

  void tell() {
    maker_.survey().node_observations.push_back({.source = 0,
                                                 .target = 0,
                                                 .family = Family::ipv4,
                                                 .probe = std::string{AddressClaims::name},
                                                 .status = Status::ok,
                                                 .reason = {},
                                                 .result = result_});
  }

  AddressClaims::Result result_{.asked = 6};
};

TEST_F(Addresses, EachWithItsOwnerIsFine) {
  tell();
  EXPECT_EQ(find_holders(maker_.survey()).size(), 6U);
  EXPECT_TRUE(findings().empty());
}

TEST_F(Addresses, ASecondInterfaceOfTheOwnerIsNoStranger) {
  maker_.facts("east/n2").macs = {mac("east/n2"), "52:54:00:00:00:01"};
  claim(address("east/n2"), "52:54:00:00:00:01");
  tell();
  EXPECT_TRUE(findings().empty());
}

TEST_F(Addresses, AStrangerWithAnAddressOfOursIsADuplicate) {
  claim(address("east/n2"), "52:54:00:00:00:01");
  tell();
  auto const found = findings();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().code, "ADDR_DUPLICATE");
  EXPECT_EQ(found.front().scope.source, "east/n2");
  EXPECT_EQ(found.front().evidence.front(),
            "10.100.0.2, the address of east/n2, is claimed by 02:00:00:00:01:02 (east/n2) and "
            "52:54:00:00:00:01 (no node of this run)");
}

TEST_F(Addresses, AStrangerAloneIsADuplicateToo) {
  std::erase_if(result_.claims, [&](auto const& c) { return c.address == address("east/n2"); });
  claim(address("east/n2"), "52:54:00:00:00:01");
  tell();
  ASSERT_EQ(findings().size(), 1U);
  EXPECT_EQ(findings().front().code, "ADDR_DUPLICATE");
}

TEST_F(Addresses, ANodeThatClaimsAnothersAddressIsNamedWithIt) {
  claim(address("east/n2"), mac("west/n3"));
  tell();
  auto const found = findings();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].scope.source, "east/n2");
  EXPECT_EQ(found[1].scope.source, "west/n3");
}

TEST_F(Addresses, ProxyArpIsToldApart) {
  for (auto const& record : maker_.survey().nodes)
    claim(record.addresses.front(), "00:00:5e:00:01:01");
  tell();
  EXPECT_TRUE(findings().empty());
  auto const held = find_holders(maker_.survey());
  for (auto const& entry : held)
    EXPECT_EQ(std::ranges::count_if(entry.holders, &AddressHolder::proxy), 1);
  EXPECT_EQ(layer2_lines(maker_.survey()).back(),
            "addresses: 6 answered, each from one holder, beside proxy ARP");
}

TEST_F(Addresses, ANetworkThatRewritesMacsIsNoDuplicate) {
  std::erase_if(result_.claims, [&](auto const& c) { return c.address == address("west/n1"); });
  claim(address("west/n1"), "fa:16:3e:00:00:01");
  tell();
  BroadcastDomain::Result heard{.interface = "migration0", .sent = 3};
  heard.heard = {{.sender = node("west/n1"), .count = 3, .rewritten_mac = "fa:16:3e:00:00:01"}};
  maker_.survey().node_observations.push_back({.source = 0,
                                               .target = 0,
                                               .family = Family::ipv4,
                                               .probe = std::string{BroadcastDomain::name},
                                               .status = Status::ok,
                                               .reason = {},
                                               .result = heard});
  EXPECT_TRUE(std::ranges::none_of(find_holders(maker_.survey()), &HeldAddress::duplicate));
}

TEST_F(Layer2, TwoNodesOfEachClusterAskForAllAddresses) {
  maker_.survey().plan.vlan = 100;
  maker_.survey().plan.candidate_vlans = {300, 200, 100};
  int askers = 0;
  for (NodeIndex i = 0; i < 6; ++i) {
    auto const probes = layer2_probes(maker_.survey(), i);
    auto const& beacons = std::get<BroadcastDomain>(probes.front());
    EXPECT_EQ(beacons.vlan_ids, (std::vector<std::uint16_t>{100, 200, 300}));
    EXPECT_TRUE(std::holds_alternative<HostView>(probes.at(1)));
    if (probes.size() == 2) continue;
    ++askers;
    EXPECT_EQ(std::get<AddressClaims>(probes.back()).addresses.size(), 6U);
  }
  EXPECT_EQ(askers, 4);
}
}  // namespace
}  // namespace leadline
