#include "coordinator/manifests/manifest_files.hpp"
#include "tests/lint/lint_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadline {
namespace {
using namespace manifest_edits;

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
