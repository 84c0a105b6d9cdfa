#include "tests/lab/scenario/scenario.hpp"

#include "tests/lab/network/topology.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace leadline::lab {
namespace {

Scenario accepted(std::string const& yaml) {
  auto scenario = read_scenario(yaml);
  if (!scenario) throw std::runtime_error{scenario.error().front().message};
  return *scenario;
}

TEST(Scenario, SaysOnlyWhatDiffersFromAHealthyLab) {
  auto const scenario = accepted("{}");
  EXPECT_EQ(scenario.clusters.size(), 2U);
  EXPECT_EQ(scenario.mtu, 9000);
  auto const topology = plan_topology(scenario);
  EXPECT_EQ(topology.nodes.size(), 6U);
  EXPECT_EQ(topology.nodes[4].addresses, std::vector<std::string>{"10.200.2.2"});
  EXPECT_EQ(topology.fabric.links.size(), 1U);
}

TEST(Scenario, ReadsWhatItNeeds) {
  auto const scenario = accepted(R"(
about: everything at once
clusters: {north: 2, south: 1}
family: dual
mtu: 9000
faults:
  - {link: north/n2, direction: to_node, mtu: 1500, loss: 5%}
  - {inter_cluster: north->south, delay: 40ms, rate: 400Mbit}
  - {nft: drop, hook: input, in: south/n1}
agents:
  north/n1: {missing: true}
  south/n1: {identity: wrong_eku, clock_ahead_seconds: 90, arguments: --max-rate 1Gbit, open_port: 9185}
check: --stages facts,reach
events:
  - {when: "latency", kill: south/n1}
  - {when: "^reach: .* in ", after: 1500ms, stop: coordinator}
expect:
  verdict: not_ready
  exit_code: 20
  findings:
    - {code: LOSS, scope: {kind: node, node: north/n2}}
  also_allowed: [REORDERING]
then_check: --stages facts
)");
  EXPECT_TRUE(scenario.agents.at("north/n1").missing);
  EXPECT_EQ(scenario.agents.at("south/n1").clock, std::chrono::seconds{90});
  EXPECT_EQ(scenario.agents.at("south/n1").open_port, 9185);
  EXPECT_EQ(scenario.check, (std::vector<std::string>{"--stages", "facts,reach"}));
  EXPECT_EQ(scenario.then_check, (std::vector<std::string>{"--stages", "facts"}));
  EXPECT_EQ(scenario.events.at(0).after, std::chrono::milliseconds{0});
  EXPECT_EQ(scenario.events.at(1).after, std::chrono::milliseconds{1500});
  EXPECT_EQ(scenario.events.at(1).action, Event::Action::stop);
  EXPECT_EQ(scenario.events.at(1).target, "coordinator");
  EXPECT_EQ(scenario.expect.findings.at(0).scope,
            (nlohmann::json{{"kind", "node"}, {"node", "north/n2"}}));
  auto const topology = plan_topology(scenario);
  EXPECT_EQ(topology.fabric.ports[1].to_node.mtu, Mtu{1500});
  EXPECT_EQ(topology.fabric.ports[1].to_node.loss, 0.05);
  EXPECT_EQ(topology.fabric.ports[1].from_node, Impairment{});
  EXPECT_EQ(topology.fabric.links[0].a_to_b.delay, std::chrono::milliseconds{40});
  EXPECT_EQ(topology.fabric.links[0].b_to_a, Impairment{});
}

/// What a scenario leaves open, so that a wrong report would pass.
std::vector<std::string> gaps_in(Expectation const& expected) {
  std::vector<std::string> gaps;
  if (!expected.exit_code) gaps.emplace_back(": no exit_code");
  std::set<std::string> severities;
  for (auto const& finding : expected.findings) {
    severities.insert(finding.severity);
    if (finding.severity.empty()) gaps.push_back(": no severity of " + finding.code);
    if (finding.scope.is_null()) gaps.push_back(": no scope of " + finding.code);
    if (finding.direction.empty()) gaps.push_back(": no direction of " + finding.code);
  }
  std::string follows = "ready";
  if (severities.contains("warning")) follows = "ready_with_warnings";
  if (severities.contains("error")) follows = "not_ready";
  // Empty: the coordinator is killed. Unknown: what is missing outweighs warnings.
  if (!expected.verdict.empty() && expected.verdict != "unknown" && expected.verdict != follows)
    gaps.push_back(": from its findings follows " + follows + ", not " + expected.verdict);
  return gaps;
}

TEST(Scenario, ExpectsAllOfAReportInEveryFileOfTheFaultTable) {
  int files = 0;
  for (auto const& entry :
       std::filesystem::directory_iterator{LEADLINE_SOURCE_DIR "/tests/lab/scenarios"}) {
    std::ifstream file{entry.path()};
    std::string const yaml{std::istreambuf_iterator<char>{file}, {}};
    auto const scenario = read_scenario(yaml);
    ASSERT_TRUE(scenario) << entry.path() << ":" << scenario.error().front().line << ": "
                          << scenario.error().front().message;
    EXPECT_NO_THROW(plan_topology(*scenario)) << entry.path();
    EXPECT_FALSE(scenario->about.empty()) << entry.path();
    for (auto const& gap : gaps_in(scenario->expect)) ADD_FAILURE() << entry.path() << gap;
    if (scenario->then_expect)
      for (auto const& gap : gaps_in(*scenario->then_expect)) ADD_FAILURE() << entry.path() << gap;
    ++files;
  }
  EXPECT_GT(files, 0);
}

TEST(Scenario, PutsTwoRoutersBetweenRoutedClusters) {
  auto const topology = plan_topology(accepted("routed: true"));
  EXPECT_EQ(topology.machines.size(), 8U);
  EXPECT_TRUE(topology.fabric.links.empty());
  EXPECT_EQ(topology.fabric.switches, 3U);
  auto const& commands = topology.machines[0].ip_commands;
  EXPECT_NE(std::ranges::find(commands, "route add 10.200.0.0/16 via 10.200.1.254"),
            commands.end());
}

TEST(Scenario, GivesEveryNodeAndPortAnAddressOfItsOwn) {
  auto const topology = plan_topology(accepted("{clusters: {a: 60, b: 60, c: 60}, family: dual}"));
  std::set<std::string> addresses;
  for (auto const& node : topology.nodes) {
    addresses.insert(node.addresses.begin(), node.addresses.end());
    addresses.insert(node.management_address);
    addresses.insert(node.coordinator_address);
  }
  EXPECT_EQ(addresses.size(), 180U * 4U);
}

struct BadScenario {
  std::string yaml;
  std::vector<std::string> complaints;  ///< "line:column message begins"
};

TEST(Scenario, NamesEveryMistakeWithItsPlace) {
  std::vector<BadScenario> const table{
      {"mtuu: 9000", {"1:1 'mtuu' is not known here"}},
      {"mtu: large\nrouted: perhaps",
       {"1:6 mtu: 'large' is not a number", "2:9 routed must be one of"}},
      {"faults:\n  - {link: east/n1}", {"2:5 this says where, but not what"}},
      {"faults:\n  - {loss: 5%}", {"2:5 a fault needs one of"}},
      {"faults:\n  - {link: east/n1, loss: 105%}",
       {"2:27 loss: a share is", "2:5 this says where"}},
      {"faults:\n  - {link: east/n1, loss: 5%, node: east/n1}", {"2:31 'node' is not known here"}},
      {"faults:\n  - {inter_cluster: eastward, loss: 1%}", {"2:5 inter_cluster takes a direction"}},
      {"faults:\n  - {access_vlan: 4095, node: east/n1}",
       {"2:19 access_vlan: '4095' is not a number"}},
      {"events:\n  - {when: '(', kill: east/n1}", {"2:5 when: '(' is not a regular expression"}},
      {"events:\n  - {when: x}", {"2:5 an event is"}},
      {"events:\n  - {when: x, after: soon, kill: east/n1}", {"2:22 after: 'soon' is not"}},
      {"expect: {verdict: fine}", {"1:19 verdict must be one of"}},
      {"expect: {findings: [{code: LOSS, direction: east, evidence: '('}]}",
       {"1:45 direction must be one of", "1:21 evidence: '(' is not a regular expression"}},
      {"expect: {findings: [{code: LOSS, consequence: '['}]}",
       {"1:21 consequence: '[' is not a regular expression"}},
      {"expect: {measured: [{source: east/n1, probe: reach, reason: x}]}",
       {"1:21 a measurement is"}},
      {"clusters: {a: 1, b: 2, c: 3}\nrouted: true", {"1:1 routed takes exactly two"}},
      {"mtu: 1500\nmtu: 9000", {"2:1 'mtu' stands here twice"}},
      {"{", {"1:1 end of map"}},
      {"just words", {"1:1 a mapping"}},
  };
  for (auto const& [yaml, complaints] : table) {
    auto const scenario = read_scenario(yaml);
    ASSERT_FALSE(scenario) << yaml;
    std::vector<std::string> seen;
    for (auto const& mistake : scenario.error())
      seen.push_back(fmt::format("{}:{} {}", mistake.line, mistake.column, mistake.message));
    ASSERT_EQ(seen.size(), complaints.size()) << yaml << "\n" << seen.front();
    for (std::size_t i = 0; i < seen.size(); ++i)
      EXPECT_TRUE(seen[i].starts_with(complaints[i])) << yaml << "\n" << seen[i];
  }
}

TEST(Scenario, RefusesAFaultAtAPlaceThatIsNotThere) {
  for (auto const* fault : {"{link: east/n9, loss: 1%}", "{nft: drop, in: router1}",
                            "{inter_cluster: east->north, loss: 1%}", "{interface_down: n1}"})
    EXPECT_THROW(plan_topology(accepted(fmt::format("faults: [{}]", fault))), std::invalid_argument)
        << fault;
}
}  // namespace
}  // namespace leadline::lab
