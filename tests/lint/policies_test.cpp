#include "tests/lint/clusters.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leadline {
namespace {
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Policy {
  std::string kind;
  std::string spec;
  std::string network{"openshift-cnv/migration"};
};

/// To east, which has them besides its own. The other cluster's addresses are 10.200.5.100 to 199.
std::vector<Change> with(std::vector<Policy> const& policies, std::vector<Change> more = {}) {
  constexpr auto before = "apiVersion: config.openshift.io/v1";
  std::string all;
  for (std::size_t i = 0; i < policies.size(); ++i)
    all += fmt::format(
        "apiVersion: any/v1\nkind: {}\nmetadata:\n  name: p{}\n  namespace: openshift-cnv\n"
        "  annotations: {{k8s.v1.cni.cncf.io/policy-for: '{}'}}\nspec: {}\n---\n",
        policies[i].kind, i, policies[i].network, policies[i].spec);
  more.push_back({"east", before, all + before});
  return more;
}

std::string of_handlers(std::string const& rules, std::string const& type = "Ingress") {
  return fmt::format(
      "{{podSelector: {{matchLabels: {{kubevirt.io: virt-handler}}}}, policyTypes: [{}]{}}}", type,
      rules.empty() ? rules : fmt::format(", {}", rules));
}

/// MultiNetworkPolicies for virt-handler, each with these rules; "" is default-deny.
std::vector<Change> multi(std::vector<std::string> const& rules) {
  std::vector<Policy> policies;
  for (auto const& one : rules) policies.push_back({"MultiNetworkPolicy", of_handlers(one)});
  return with(policies);
}

std::string from(std::string const& block) {
  return fmt::format("ingress: [{{from: [{{ipBlock: {{cidr: {}}}}}]}}]", block);
}

/// Policies that keep out some of the other cluster, and others near them that do not.
struct Pair {
  std::string name;
  std::vector<Change> bad;
  std::string closed;
  std::vector<Change> good;
};

std::ostream& operator<<(std::ostream& out, Pair const& pair) {
  return out << pair.name;
}

class Policies : public testing::TestWithParam<Pair> {};

TEST_P(Policies, KeepOutWhatNoneOfThemAllows) {
  auto const result = lint_changed(GetParam().bad);
  EXPECT_THAT(names_of(result), ElementsAre("CONFIG_POLICY_BLOCKS cluster east"));
  for (auto const& finding : result.findings)
    EXPECT_THAT(finding.evidence, Contains("closed: " + GetParam().closed));
}

TEST_P(Policies, LetPassWhatOneOfThemAllows) {
  EXPECT_THAT(names_of(lint_changed(GetParam().good)), IsEmpty());
}

std::vector<Pair> pairs() {
  constexpr auto all_ports = "tcp 32768 to 60999 from ";
  std::string const all = std::string{all_ports} + "10.200.5.100 to 10.200.5.199";
  std::string const upper = std::string{all_ports} + "10.200.5.128 to 10.200.5.199";
  return {
      {"deny_and_allow", multi({"", from("10.200.5.0/25")}), upper,
       multi({"", from("10.200.5.0/24")})},
      {"deny_alone", multi({""}), all, multi({"ingress: [{}]", ""})},
      {"two_policies", multi({from("10.200.5.0/25"), from("10.200.5.192/26")}),
       std::string{all_ports} + "10.200.5.128 to 10.200.5.191",
       multi({from("10.200.5.0/25"), from("10.200.5.128/25")})},
      {"two_rules",
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/25}}]}, {ports: [{port: 9185}]}]"}),
       upper,
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/25}}]}, {ports: [{port: 1, endPort: "
              "65535}]}]"})},
      {"two_blocks",
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/25}}, {ipBlock: {cidr: "
              "10.200.4.0/24}}]}]"}),
       upper,
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/25}}, {ipBlock: {cidr: "
              "10.200.5.128/25}}]}]"})},
      {"split_ports",
       multi(
           {"ingress: [{ports: [{port: 32768, endPort: 39999}, {port: 40001, endPort: 60999}]}]"}),
       "tcp 40000 from 10.200.5.100 to 10.200.5.199",
       multi(
           {"ingress: [{ports: [{port: 32768, endPort: 40000}, {port: 40001, endPort: 60999}]}]"})},
      {"ports_and_blocks",
       multi({"ingress: [{ports: [{port: 1, endPort: 39999}]}, {from: [{ipBlock: {cidr: "
              "10.200.5.0/25}}]}]"}),
       "tcp 40000 to 60999 from 10.200.5.128 to 10.200.5.199",
       multi({"ingress: [{ports: [{port: 1, endPort: 39999}]}, {ports: [{port: 40000, endPort: "
              "60999}], from: [{ipBlock: {cidr: 10.200.5.0/24}}]}]"})},
      {"except",
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/24, except: [10.200.5.150/32]}}]}]"}),
       std::string{all_ports} + "10.200.5.150",
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/24, except: [10.200.5.0/26]}}]}]"})},
      {"excepted_by_one_policy",
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/24, except: [10.200.5.150/32]}}]}]",
              from("10.200.5.151/32")}),
       std::string{all_ports} + "10.200.5.150",
       multi({"ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/24, except: [10.200.5.150/32]}}]}]",
              from("10.200.5.150/32")})},
      {"end_port", multi({"ingress: [{ports: [{port: 32768}]}]"}),
       "tcp 32769 to 60999 from 10.200.5.100 to 10.200.5.199",
       multi({"ingress: [{ports: [{port: 32768, endPort: 60999}]}]"})},
      {"protocol", multi({"ingress: [{ports: [{protocol: UDP}]}]"}), all,
       multi({"ingress: [{ports: [{protocol: TCP}]}]"})},
      {"rule_without_ports", multi({"ingress: []"}), all, multi({"ingress: [{ports: []}]"})},
      {"selectors_are_for_pods_of_the_same_cluster",
       multi({"ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]"}), all,
       multi({"ingress: [{from: [{podSelector: {}}]}]", from("0.0.0.0/0")})},
      {"outwards",
       with({{"MultiNetworkPolicy", of_handlers("", "Egress")},
             {"MultiNetworkPolicy",
              of_handlers("egress: [{to: [{ipBlock: {cidr: 10.200.5.0/25}}]}]", "Egress")}}),
       "tcp 32768 to 60999 to 10.200.5.128 to 10.200.5.199",
       with({{"MultiNetworkPolicy", of_handlers("", "Egress")},
             {"MultiNetworkPolicy",
              of_handlers("egress: [{to: [{ipBlock: {cidr: 10.200.5.0/24}}]}]", "Egress")}})},
      {"of_another_network", with({{"MultiNetworkPolicy", of_handlers(""), "migration"}}), all,
       with({{"MultiNetworkPolicy", of_handlers(""), "default/migration"}})},
      {"of_the_pod_network", multi({""}), all, with({{"NetworkPolicy", of_handlers("")}})},
  };
}

INSTANTIATE_TEST_SUITE_P(Pairs, Policies, testing::ValuesIn(pairs()),
                         [](auto const& pair) { return pair.param.name; });

TEST(NetworkPolicies, SayWhatStaysClosedAndWhichPodsTheySelect) {
  auto const result = lint_changed(multi({"", from("10.200.5.0/25")}));
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings.front().summary,
            "cluster east: no policy lets in migration data, tcp 32768 to 60999, from cluster west "
            "(10.200.5.128 to 10.200.5.199)");
  EXPECT_THAT(result.findings.front().evidence,
              ElementsAre(HasSubstr(": MultiNetworkPolicy openshift-cnv/p0"),
                          HasSubstr(": MultiNetworkPolicy openshift-cnv/p1"),
                          "selected: pod virt-handler-a, and 1 more", HasSubstr("closed: tcp")));
}

constexpr auto of_synchronization = R"(podSelector: {matchLabels: {kubevirt.io:
  virt-synchronization-controller}})";

std::vector<Change> for_9185(std::string const& kind, std::string const& rules,
                             std::vector<Change> more) {
  return with({{kind, fmt::format("{{{}, {}}}", of_synchronization, rules)}}, std::move(more));
}

TEST(NetworkPolicies, HoldForMigrationsOverThePodNetwork) {
  std::vector<Change> const unnamed{{"east", "    network: migration\n", ""},
                                    {"east", "      network: migration\n", ""}};
  constexpr auto metrics = "ingress: [{ports: [{port: 8443}]}]";
  constexpr auto both = "ingress: [{ports: [{port: 8443}, {port: 9185}]}]";
  auto const bad = lint_changed(for_9185("NetworkPolicy", metrics, unnamed));
  EXPECT_THAT(names_of(bad),
              ElementsAre("CONFIG_NO_NETWORK cluster east", "CONFIG_POLICY_BLOCKS cluster east"));
  for (auto const& finding : bad.findings)
    if (finding.code == "CONFIG_POLICY_BLOCKS") {
      EXPECT_THAT(finding.evidence, Contains("closed: tcp 9185 from any address"));
    }
  for (auto const& good :
       {for_9185("NetworkPolicy", both, unnamed), for_9185("MultiNetworkPolicy", metrics, unnamed)})
    EXPECT_THAT(names_of(lint_changed(good)), ElementsAre("CONFIG_NO_NETWORK cluster east"));
}

TEST(NetworkPolicies, HoldForASynchronizationControllerWithoutMigration0) {
  std::vector<Change> const left_out{
      {"east", R"("migration0", "ips": ["10.200.5.12"])", R"("net1", "ips": ["10.200.5.12"])"}};
  constexpr auto none = "policyTypes: [Ingress]";
  EXPECT_THAT(names_of(lint_changed(for_9185("NetworkPolicy", none, left_out))),
              ElementsAre("CONFIG_POLICY_BLOCKS cluster east"));
  EXPECT_THAT(names_of(lint_changed(for_9185("NetworkPolicy", none, {}))), IsEmpty());
  EXPECT_THAT(names_of(lint_changed(for_9185("MultiNetworkPolicy", none, {}))),
              ElementsAre("CONFIG_POLICY_BLOCKS cluster east"));
  EXPECT_THAT(names_of(lint_changed(for_9185("MultiNetworkPolicy", none, left_out))), IsEmpty());
}

TEST(NetworkPolicies, MayNameAPortAsThePodDoes) {
  auto const named = [](std::string const& name) {
    constexpr auto end = "  spec: {nodeName: n1}\n  status: {phase: Running}\n---";
    return for_9185(
        "MultiNetworkPolicy", "ingress: [{ports: [{port: sync}]}]",
        {{"east", end,
          fmt::format("  spec: {{nodeName: n1, containers: [{{ports: [{{name: {}, containerPort: "
                      "9185}}]}}]}}\n  status: {{phase: Running}}\n---",
                      name)}});
  };
  EXPECT_THAT(names_of(lint_changed(named("metrics"))),
              ElementsAre("CONFIG_POLICY_BLOCKS cluster east"));
  EXPECT_THAT(names_of(lint_changed(named("sync"))), IsEmpty());
}

std::vector<std::string> unchecked_of(LintResult const& result) {
  std::vector<std::string> all;
  for (auto const& one : result.unchecked) all.push_back(one.cluster + ": " + one.what);
  return all;
}

TEST(NetworkPolicies, AreNotJudgedByAddressesThatNobodyKnows) {
  auto const over_dhcp = [](std::string const& rules) {
    return lint_changed(
        with({{"MultiNetworkPolicy", of_handlers(rules)}}, {{"west", R"("type": "whereabouts",
        "range": "10.200.5.0/24",
        "range_start": "10.200.5.100",
        "range_end": "10.200.5.199")",
                                                             R"("type": "dhcp")"}}));
  };
  constexpr auto unknown = "east: whether its policies let the addresses of west pass";
  auto const some = over_dhcp(from("10.0.0.0/8"));
  EXPECT_THAT(names_of(some), IsEmpty());
  EXPECT_THAT(unchecked_of(some), Contains(unknown));
  auto const all = over_dhcp("ingress: [{}]");
  EXPECT_THAT(names_of(all), IsEmpty());
  EXPECT_THAT(unchecked_of(all), IsEmpty());
  EXPECT_THAT(names_of(over_dhcp("")), ElementsAre("CONFIG_POLICY_BLOCKS cluster east"));
}

TEST(NetworkPolicies, AreNotJudgedWithoutPodsOrTheNetworksName) {
  auto changes = multi({""});
  changes.push_back({"east", "kind: HyperConverged", "kind: Other"});
  changes.push_back({"east", "kind: KubeVirt\n", "kind: Other\n"});
  auto const result = lint_changed(changes);
  EXPECT_THAT(names_of(result), testing::Not(Contains(HasSubstr("CONFIG_POLICY_BLOCKS"))));
  EXPECT_THAT(unchecked_of(result), Contains("east: policies that block the migration network"));
  std::vector<Change> const without_pods(3, Change{"east", "kind: Pod\n", "kind: Other\n"});
  EXPECT_THAT(unchecked_of(lint_changed(without_pods)),
              Contains("east: policies that block the migration network"));
}
}  // namespace
}  // namespace leadline
