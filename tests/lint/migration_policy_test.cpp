#include "coordinator/manifests/migration_policy.hpp"

#include "coordinator/estimate/machine_estimate.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using namespace literals;
using std::chrono::seconds;

std::string policy_text(std::string const& name, std::string const& spec) {
  return fmt::format(
      "---\napiVersion: migrations.kubevirt.io/v1alpha1\nkind: MigrationPolicy\n"
      "metadata: {{name: {}}}\nspec: {}\n",
      name, spec);
}

std::vector<MigrationPolicy> policies_of(std::string const& text) {
  std::vector<MigrationPolicy> policies;
  for (auto const& manifest : read_manifests("p.yaml", text).manifests)
    if (auto policy = read_migration_policy(manifest)) policies.push_back(*std::move(policy));
  return policies;
}

/// "certainly", "perhaps" or "no".
std::string selection(std::string const& selectors, KnownLabels const& machine,
                      KnownLabels const& space) {
  auto const policies = policies_of(policy_text("p", selectors));
  auto const choice = choose_policy(policies, machine, space);
  if (choice.chosen != nullptr) return "certainly";
  return choice.possible.empty() ? "no" : "perhaps";
}

KnownLabels const database{.labels = {{"tier", "db"}, {"os", "linux"}}, .all = true};
KnownLabels const nothing_known{};

TEST(MigrationPolicy, SelectsByTheLabelsOfTheVmAndOfItsNamespace) {
  KnownLabels const space{.labels = {{"team", "red"}, {"kubernetes.io/metadata.name", "ns"}},
                          .all = true};
  constexpr auto machine = "{{selectors: {{virtualMachineInstanceSelector: {}}}}}";
  constexpr auto both =
      "{{selectors: {{virtualMachineInstanceSelector: {{tier: db}}, namespaceSelector: {}}}}}";
  for (auto const& spec :
       {fmt::format(machine, "{tier: db}"), fmt::format(machine, "{tier: db, os: linux}"),
        fmt::format(machine, "{}"), fmt::format(both, "{team: red}"),
        fmt::format(both, "{kubernetes.io/metadata.name: ns}")})
    EXPECT_EQ(selection(spec, database, space), "certainly") << spec;
  for (auto const& spec : {fmt::format(machine, "{tier: web}"), fmt::format(machine, "{zone: a}"),
                           fmt::format(machine, "{tier: db, os: bsd}"),
                           fmt::format(both, "{team: blue}"), std::string{"{allowPostCopy: true}"}})
    EXPECT_EQ(selection(spec, database, space), "no") << spec;
}

TEST(MigrationPolicy, MaySelectWhereLabelsAreNotKnown) {
  auto const only_name = labels_of_namespace({}, "ns");
  auto const spec = [](char const* space) {
    return fmt::format("{{selectors: {{namespaceSelector: {}}}}}", space);
  };
  EXPECT_EQ(selection(spec("{team: red}"), database, only_name), "perhaps");
  EXPECT_EQ(selection(spec("{kubernetes.io/metadata.name: ns}"), database, only_name), "certainly");
  EXPECT_EQ(selection(spec("{kubernetes.io/metadata.name: other}"), database, only_name), "no");
  EXPECT_EQ(selection("{selectors: {virtualMachineInstanceSelector: {tier: db}}}", nothing_known,
                      nothing_known),
            "perhaps");
  EXPECT_EQ(selection("{selectors: {}}", nothing_known, nothing_known), "certainly");
  EXPECT_EQ(selection("{selectors: {virtualMachineInstanceSelector: {tier: web},"
                      " namespaceSelector: {team: red}}}",
                      database, only_name),
            "no")
      << "what one selector rules out, the other cannot let in";
}

TEST(MigrationPolicy, ThatNamesMostLabelsHolds) {
  auto const chosen = [](std::string const& text) {
    auto const policies = policies_of(text);
    auto const choice =
        choose_policy(policies, database, {.labels = {{"team", "red"}}, .all = true});
    return choice.chosen == nullptr ? std::string{"none"} : choice.chosen->name;
  };
  auto const by_machine =
      policy_text("m", "{selectors: {virtualMachineInstanceSelector: {tier: db}}}");
  auto const by_other =
      policy_text("a", "{selectors: {virtualMachineInstanceSelector: {os: linux}}}");
  auto const by_space = policy_text("a", "{selectors: {namespaceSelector: {team: red}}}");
  auto const by_both = policy_text("z",
                                   "{selectors: {virtualMachineInstanceSelector: {tier: db},"
                                   " namespaceSelector: {team: red}}}");
  EXPECT_EQ(chosen(by_machine + by_both), "z");
  EXPECT_EQ(chosen(by_space + by_machine), "m") << "as many labels: those of the VM count more";
  EXPECT_EQ(chosen(by_machine + by_other), "a") << "as many of each: the name";
  EXPECT_EQ(chosen(""), "none");
}

TEST(MigrationPolicy, ChangesWhatItSetsAndNothingElse) {
  MigrationSettings const cluster;
  auto const changed = [&](std::string const& spec) {
    return with_policy(cluster, policies_of(policy_text("p", spec)).at(0));
  };
  auto const all = changed(
      "{completionTimeoutPerGiB: 20, bandwidthPerMigration: 64Mi, allowAutoConverge: true,"
      " allowPostCopy: true}");
  EXPECT_EQ(all.completion_timeout_per_gib, seconds{20});
  EXPECT_EQ(all.bandwidth_per_migration.per_second, 64 * 1048576 * 8);
  EXPECT_TRUE(all.allow_auto_converge && all.allow_post_copy);
  auto const none = changed(
      "{completionTimeoutPerGiB: 0, bandwidthPerMigration: fast, allowAutoConverge: yes please}");
  EXPECT_EQ(none.completion_timeout_per_gib, seconds{150}) << "what cannot be meant is not set";
  EXPECT_EQ(none.bandwidth_per_migration.per_second, 0);
  EXPECT_FALSE(none.allow_auto_converge || none.allow_post_copy);
}

/// Two clusters that differ, `east` with more objects.
std::vector<ClusterManifests> clusters_with(std::string const& objects) {
  constexpr auto kubevirt =
      "apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {{name: k, namespace: k}}\n"
      "spec: {{configuration: {{migrations: {}}}}}\n";
  std::vector<ClusterManifests> clusters;
  clusters.push_back(sort_manifests(
      "east",
      read_manifests("east.yaml", fmt::format(kubevirt,
                                              "{completionTimeoutPerGiB: 100, progressTimeout: 90,"
                                              " allowAutoConverge: true}") +
                                      objects)));
  clusters.push_back(sort_manifests(
      "west", read_manifests("west.yaml", fmt::format(kubevirt,
                                                      "{completionTimeoutPerGiB: 200,"
                                                      " bandwidthPerMigration: 64Mi,"
                                                      " parallelMigrationsPerCluster: 3}"))));
  return clusters;
}

Machine machine_with(KnownLabels labels) {
  return {.name = "ns/vm",
          .space = "ns",
          .labels = std::move(labels),
          .node = {},
          .memory = 1'250'000'000_B,
          .disk = {}};
}

TEST(GoverningSettings, AreTheStrictestOfTheClusters) {
  auto const clusters = clusters_with("");
  auto const governing = governing_settings(clusters, machine_with(database));
  EXPECT_EQ(governing.strictest.completion_timeout_per_gib, seconds{100});
  EXPECT_EQ(governing.strictest.progress_timeout, seconds{90});
  EXPECT_EQ(governing.strictest.bandwidth_per_migration.per_second, 64 * 1048576 * 8);
  EXPECT_EQ(governing.strictest.parallel_per_cluster, 3);
  EXPECT_FALSE(governing.strictest.allow_auto_converge) << "west does not allow it";
  EXPECT_EQ(strictest_of({}).completion_timeout_per_gib, seconds{150});
}

TEST(GoverningSettings, AreChangedByThePolicyThatSelectsTheVm) {
  auto const clusters =
      clusters_with(policy_text("patient",
                                "{selectors: {virtualMachineInstanceSelector: {tier: db}},"
                                " completionTimeoutPerGiB: 400}"));
  auto const selected = governing_settings(clusters, machine_with(database));
  EXPECT_EQ(selected.strictest.completion_timeout_per_gib, seconds{200}) << "west's remains";
  EXPECT_EQ(selected.policies, std::vector<std::string>{"MigrationPolicy patient of east"});
  auto const other = governing_settings(clusters, machine_with({.labels = {}, .all = true}));
  EXPECT_EQ(other.strictest.completion_timeout_per_gib, seconds{100});
  EXPECT_TRUE(other.policies.empty() && other.doubts.empty());
}

TEST(MachineEstimate, IsUncertainWhereItHangsOnAPolicyThatMayHold) {
  auto const clusters = clusters_with(policy_text(
      "hasty", "{selectors: {namespaceSelector: {team: red}}, completionTimeoutPerGiB: 1}"));
  auto const asked = Question{.workload = {.memory = {}, .disk = {}, .working_set = 4096_MiB},
                              .dirty_rate_known = true,
                              .guest_memory = {},
                              .least_bandwidth = {},
                              .likely_bandwidth = {},
                              .most_bandwidth = {},
                              .completion_timeout_per_gib = {},
                              .factor = {}};
  auto const machine = machine_with(database);
  auto const with_unknown =
      estimate_machine(machine, asked, path_of_rate(1_Gbps), governing_settings(clusters, machine));
  EXPECT_EQ(with_unknown.answer.verdict, Estimate::Verdict::uncertain);
  EXPECT_THAT(with_unknown.doubt, testing::HasSubstr("oc get namespaces"));
  EXPECT_EQ(with_unknown.possible, std::vector<std::string>{"MigrationPolicy hasty of east"});
  auto const blue = clusters_with(
      policy_text("hasty",
                  "{selectors: {namespaceSelector: {team: red}}, completionTimeoutPerGiB: 1}") +
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ns, labels: {team: blue}}\n");
  auto const known =
      estimate_machine(machine, asked, path_of_rate(1_Gbps), governing_settings(blue, machine));
  EXPECT_EQ(known.answer.verdict, Estimate::Verdict::in_time);
  EXPECT_EQ(known.doubt, "");
}
}  // namespace
}  // namespace leadline
