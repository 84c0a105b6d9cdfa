#include "coordinator/report/configured.hpp"

#include "coordinator/report/json.hpp"
#include "coordinator/report/report.hpp"
#include "tests/lint/clusters.hpp"
#include "tests/schema.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace leadline {
namespace {

ConfiguredNetwork configured_east(std::vector<Change> const& changes = {}) {
  auto const texts = changed_clusters(changes);
  auto const cluster = sort_manifests("east", read_manifests("east.yaml", texts.east));
  return read_configured_network(cluster);
}

TEST(ConfiguredNetwork, IsWhatTheManifestsPromise) {
  auto const network = configured_east();
  EXPECT_EQ(network.cluster, "east");
  EXPECT_EQ(network.nodes, 2);
  EXPECT_EQ(network.vlan, VlanId{100});
  EXPECT_EQ(network.mtu, Mtu{9000});
  ASSERT_EQ(network.ranges.size(), 1U);
  EXPECT_EQ(format(network.ranges.front()), "10.200.5.0/24");
  EXPECT_NEAR(network.needed_bandwidth.per_second, 2 * 8e9 / 150, 1)
      << "two migrations leave a node at a time";
  EXPECT_EQ(network.synchronization_addresses, std::vector<std::string>{"10.200.5.12:9185"});
  EXPECT_EQ(configured_east({{"east", "podCIDR: 10.128.1.0/24", "unschedulable: true"}}).nodes, 1);
}

TEST(ConfiguredNetwork, BecomesThePlan) {
  auto const east = configured_east();
  auto west = east;
  west.cluster = "west";
  west.nodes = 5;
  west.needed_bandwidth = {1e9};
  west.synchronization_addresses = {"10.200.6.12:9185"};
  std::vector both{east, west};
  auto const plan = expect_configured(both, {});
  EXPECT_EQ(plan.expect, (std::map<std::string, int>{{"east", 2}, {"west", 5}}));
  EXPECT_EQ(plan.vlan, VlanId{100});
  EXPECT_EQ(plan.thresholds.min_mtu, Mtu{9000});
  EXPECT_EQ(plan.thresholds.min_bandwidth, BitRate{1e9});
  EXPECT_EQ(plan.network_ranges, std::vector<std::string>{"10.200.5.0/24"});
  EXPECT_EQ(plan.mesh, Mesh::cross);
  EXPECT_EQ(plan.synchronization_addresses.back(), "10.200.6.12:9185");
  both[1].mtu = Mtu{1500};
  EXPECT_EQ(expect_configured(both, {}).thresholds.min_mtu, Mtu{0}) << "they differ";
  both.pop_back();
  EXPECT_EQ(expect_configured(both, {}).mesh, Mesh::cross);
  EXPECT_EQ(expect_configured({}, {}).thresholds.min_bandwidth, Plan{}.thresholds.min_bandwidth);
}

std::map<std::string, std::string> outcomes(Survey const& survey,
                                            ConfiguredNetwork const& network) {
  std::map<std::string, std::string> all;
  for (auto const& row : compare_configured(survey, std::vector{network}))
    all[row.what] = format(row.outcome);
  return all;
}

TEST(ConfiguredTable, TellsWhatAgreesAndWhatDiffers) {
  SurveyMaker maker;
  ConfiguredNetwork network{.cluster = "east",
                            .nodes = 3,
                            .vlan = VlanId{7},
                            .mtu = Mtu{1500},
                            .ranges = {*parse_block("10.100.0.0/16")},
                            .needed_bandwidth = {1e6},
                            .synchronization_addresses = {}};
  std::map<std::string, std::string> const fine{{"nodes", "agrees"},     {"VLAN", "not_measured"},
                                                {"addresses", "agrees"}, {"MTU", "agrees"},
                                                {"path MTU", "agrees"},  {"bandwidth", "agrees"}};
  EXPECT_EQ(outcomes(maker.survey(), network), fine);
  network.nodes = 4;
  network.mtu = Mtu{9000};
  network.ranges = {*parse_block("10.200.0.0/16")};
  network.needed_bandwidth = {1e15};
  std::map<std::string, std::string> const wrong{
      {"nodes", "differs"}, {"VLAN", "not_measured"}, {"addresses", "differs"},
      {"MTU", "differs"},   {"path MTU", "differs"},  {"bandwidth", "differs"}};
  EXPECT_EQ(outcomes(maker.survey(), network), wrong);
  EXPECT_EQ(outcomes({}, network).at("addresses"), "not_measured");
  EXPECT_EQ(outcomes(maker.survey(), {.cluster = "east"}).size(), 0U) << "nothing is promised";
}

TEST(ConfiguredTable, TellsWhoConnectsToTheSynchronizationController) {
  SurveyMaker maker;
  ConfiguredNetwork const network{.cluster = "east",
                                  .synchronization_addresses = {"10.0.0.1:9185"}};
  EXPECT_EQ(outcomes(maker.survey(), network).at("sync"), "not_measured");
  auto const try_it = [&](std::string const& node, Outcome outcome) {
    SyncPort::Result const result{.endpoint = "10.0.0.1:9185", .outcome = outcome};
    maker.survey().node_observations.push_back({.source = maker.node(node),
                                                .target = maker.node(node),
                                                .probe = std::string{SyncPort::name},
                                                .status = Status::ok,
                                                .result = result});
  };
  try_it("east/n1", Outcome::answered);
  try_it("west/n1", Outcome::answered);
  EXPECT_EQ(outcomes(maker.survey(), network).at("sync"), "agrees");
  try_it("west/n2", Outcome::silent);
  auto const rows = compare_configured(maker.survey(), std::vector{network});
  EXPECT_EQ(rows.back().measured, "2 of 3 nodes connect");
  EXPECT_EQ(rows.back().outcome, ConfiguredRow::Outcome::differs);
}

TEST(ConfiguredTable, StandsInTheReport) {
  SurveyMaker maker;
  auto report = make_report(maker.survey(), false);
  report.configured = compare_configured(
      report.survey, std::vector{ConfiguredNetwork{.cluster = "east", .mtu = Mtu{9000}}});
  std::ostringstream out;
  write_json(out, report);
  auto const document = nlohmann::json::parse(out.str());
  EXPECT_EQ(against_schema(LEADLINE_SOURCE_DIR "/coordinator/report/report.schema.json", document),
            "");
  EXPECT_EQ(document["configured"][0]["outcome"], "differs");
  EXPECT_NE(configured_table(report.configured).find("east         MTU        9000"),
            std::string::npos);
}
}  // namespace
}  // namespace leadline
