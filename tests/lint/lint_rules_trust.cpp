#include "tests/lint/lint_rules.hpp"

namespace leadline {
using namespace manifest_edits;

std::vector<LintRule> trust_rules() {
  return {
      {"other_authority_missing",
       {{"east", certificates::bundle, certificates::own_only}},
       {"CONFIG_CA_MISSING clusters west -> east"}},
      {"own_authority_missing_elsewhere",
       {{"west", certificates::bundle, certificates::own_only}},
       {"CONFIG_CA_MISSING clusters east -> west"}},
      {"authority_expired",
       {{"east", certificates::bundle, certificates::with_expired}},
       {"CONFIG_CA_EXPIRED cluster east"}},
      {"all_authorities_expired",
       {{"east", certificates::bundle, certificates::only_expired}},
       {"CONFIG_CA_EXPIRED cluster east", "CONFIG_CA_EXPIRED cluster east",
        "CONFIG_CA_MISSING clusters west -> east"}},
      {"authority_too_early",
       {{"east", certificates::bundle, certificates::with_early}},
       {"CONFIG_CA_NOT_YET_VALID cluster east"}},
      {"all_authorities_end_soon",
       {{"east", certificates::bundle, certificates::brief}},
       {"CONFIG_CA_EXPIRES_SOON cluster east", "CONFIG_CA_MISSING clusters west -> east"}},
      {"other_authority_ends_soon",
       {{"west", certificates::bundle, certificates::own_former},
        {"west", certificates::server, certificates::former_server},
        {"east", certificates::bundle, certificates::other_former}},
       {"CONFIG_CA_EXPIRES_SOON clusters west -> east"},
       {{"west", certificates::bundle, certificates::renewed},
        {"west", certificates::server, certificates::former_server},
        {"east", certificates::bundle, certificates::renewed}}},
      {"many_authorities",
       {{"east", certificates::bundle, certificates::many}},
       {"CONFIG_CA_MANY cluster east"}},
      {"bundle_broken",
       {{"east", certificates::bundle, "    -----BEGIN CERTIFICATE-----\n    abc\n"}},
       {"CONFIG_CERTIFICATE_UNREADABLE cluster east"}},
      {"bundle_not_merged",
       {{"east", "apiVersion: config.openshift.io/v1",
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubevirt-external-ca, namespace: "
         "openshift-cnv}\ndata:\n  ca-bundle: |\n@OTHER@\n---\napiVersion: "
         "config.openshift.io/v1"}},
       {"CONFIG_EXTERNAL_CA_WAITING cluster east"},
       {{"east", "apiVersion: config.openshift.io/v1",
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubevirt-external-ca, namespace: "
         "openshift-cnv}\ndata:\n  ca-bundle: ''\n---\napiVersion: config.openshift.io/v1"}}},
      {"other_name",
       {{"east", certificates::server, certificates::other_name}},
       {"CONFIG_CERTIFICATE_NAME cluster east"}},
      {"other_usage",
       {{"east", certificates::server, certificates::other_usage}},
       {"CONFIG_CERTIFICATE_USAGE cluster east"}},
      {"certificate_expired",
       {{"east", certificates::server, certificates::stale}},
       {"CONFIG_CERTIFICATE_EXPIRED cluster east"}},
  };
}
}  // namespace leadline
