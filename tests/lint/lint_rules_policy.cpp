#include "tests/lint/lint_rules.hpp"

namespace leadline {
using namespace manifest_edits;

std::vector<LintRule> policy_rules() {
  std::vector<LintRule> all{
      {"port_clash",
       {{"east", "port: 80", "port: 49152"}},
       {"CONFIG_PORT_CLASH cluster east"},
       {{"east", "port: 80", "port: 49154"}}},
      {"port_clash_of_the_disks",
       {{"east", "port: 80", "port: 49153"}},
       {"CONFIG_PORT_CLASH cluster east"},
       {{"east", "port: 80", "port: 49151"}}},
      {"port_clash_of_libvirt",
       {{"east", "port: 80", "port: 22222"}},
       {"CONFIG_PORT_CLASH cluster east"},
       {{"east", "port: 80", "port: 22223"}}},
  };
  auto const policy = [](std::string const& spec) {
    return with_object(
        "apiVersion: k8s.cni.cncf.io/v1beta1\nkind: MultiNetworkPolicy\nmetadata:\n  name: p\n  "
        "namespace: openshift-cnv\n  annotations: {k8s.v1.cni.cncf.io/policy-for: "
        "openshift-cnv/migration}\nspec: " +
        spec);
  };
  all.push_back(
      {"policy_without_the_other_range",
       policy("{podSelector: {matchLabels: {kubevirt.io: virt-handler}}, policyTypes: [Ingress], "
              "ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/26}}]}]}"),
       {"CONFIG_POLICY_BLOCKS cluster east"},
       policy("{podSelector: {matchLabels: {kubevirt.io: virt-handler}}, policyTypes: [Ingress], "
              "ingress: [{from: [{ipBlock: {cidr: 10.200.5.0/24}}]}]}")});
  all.push_back({"policy_with_one_port",
                 policy("{podSelector: {}, ingress: [{ports: [{protocol: TCP, port: 9185}]}]}"),
                 {"CONFIG_POLICY_BLOCKS cluster east"},
                 policy("{podSelector: {}, ingress: [{ports: [{protocol: TCP, port: 1024, endPort: "
                        "65535}]}]}")});
  all.push_back(
      {"policy_outwards",
       policy("{podSelector: {matchExpressions: [{key: kubevirt.io, operator: In, values: "
              "[virt-synchronization-controller]}]}, policyTypes: [Egress]}"),
       {"CONFIG_POLICY_BLOCKS cluster east"},
       policy("{podSelector: {matchExpressions: [{key: kubevirt.io, operator: NotIn, "
              "values: [virt-synchronization-controller, virt-handler]}]}, policyTypes: "
              "[Egress]}")});
  return all;
}
}  // namespace leadline
