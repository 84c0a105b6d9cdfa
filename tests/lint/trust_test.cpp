#include "tests/lint/clusters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace leadline {
namespace {
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Changes to both clusters, and what is found in them.
struct Row {
  std::string name;
  std::vector<Change> changes;
  std::vector<std::string> findings{};
};

/// As the clusters' APIs show them: no secret is asked for.
LintResult lint_without_secrets(std::vector<Change> changes) {
  changes.push_back({"east", "kind: Secret", "kind: Unread"});
  changes.push_back({"west", "kind: Secret", "kind: Unread"});
  return lint_changed(changes);
}

std::vector<Change> bundles(char const* east, char const* west) {
  return {{"east", certificates::bundle, east}, {"west", certificates::bundle, west}};
}

TEST(TrustWithoutSecrets, MissesTheAuthorityThatTheOtherClusterSignsWith) {
  using namespace certificates;
  std::string const east_in_west = "CONFIG_CA_MISSING clusters east -> west";
  std::string const west_in_east = "CONFIG_CA_MISSING clusters west -> east";
  for (auto const& [name, changes, findings] :
       {Row{"east trusts nobody else", bundles(own_only, bundle), {west_in_east}},
        {"west trusts nobody else", bundles(bundle, own_only), {east_in_west}},
        {"neither does", bundles(own_only, own_only), {east_in_west, west_in_east}},
        {"only what has expired is in both",
         bundles(own_and_expired, own_and_expired),
         {"CONFIG_CA_EXPIRED cluster east", "CONFIG_CA_EXPIRED cluster west", east_in_west,
          west_in_east}},
        {"west's own has expired",
         bundles(bundle, own_expired),
         {"CONFIG_CA_EXPIRED cluster west", west_in_east}},
        {"west has renewed, and east has the former one",
         bundles(other_former, renewed),
         {west_in_east}},
        {"not as virt-operator writes it", bundles(own_only, turned), {west_in_east}}})
    EXPECT_EQ(names_of(lint_without_secrets(changes)), findings) << name;
}

TEST(TrustWithoutSecrets, IsThereWhereThatAuthorityIs) {
  using namespace certificates;
  for (auto const& [name, changes, findings] :
       {Row{"both in both", bundles(bundle, bundle)},
        {"east trusts a third cluster as well", bundles(with_third, bundle)},
        {"west does, too", bundles(with_third, with_third)},
        {"both have renewed", bundles(renewed, renewed)},
        {"west lacks east's former one, with which nobody signs", bundles(renewed, bundle)},
        {"not as virt-operator writes it", bundles(bundle, turned)},
        {"neither of them", bundles(turned, turned)}})
    EXPECT_EQ(names_of(lint_without_secrets(changes)), findings) << name;
}

TEST(Trust, EndsWithTheAuthorityOfTheOtherClusterThoughTheOwnOneLasts) {
  using namespace certificates;
  std::string const soon = "CONFIG_CA_EXPIRES_SOON clusters west -> east";
  EXPECT_THAT(names_of(lint_without_secrets(bundles(other_former, own_former))), ElementsAre(soon));
  EXPECT_THAT(names_of(lint_without_secrets(bundles(renewed, renewed))), testing::IsEmpty());
  auto changes = bundles(other_former, renewed);
  changes.push_back({"west", server, former_server});
  EXPECT_THAT(names_of(lint_changed(changes)), ElementsAre(soon))
      << "what west presents is trusted still, its new authority is not";
}

/// The first finding of that code, as one text.
std::string told(LintResult const& result, std::string_view code) {
  auto const found = std::ranges::find(result.findings, code, &Finding::code);
  if (found == result.findings.end()) return "nothing";
  std::string text{found->summary};
  for (auto const& evidence : found->evidence) text += "\n" + evidence;
  return text;
}

TEST(Trust, SaysWhichAuthorityIsMissingWhereAndHowCertainThatIs) {
  using namespace certificates;
  auto result = lint_without_secrets(bundles(own_only, bundle));
  EXPECT_EQ(result.verdict, LintResult::Verdict::errors);
  EXPECT_THAT(
      told(result, "CONFIG_CA_MISSING"),
      AllOf(HasSubstr("cluster east does not trust cluster west: its bundle lacks "
                      "kubevirt.io@west, with which west signs\n"),
            HasSubstr("east.yaml:"), HasSubstr("west.yaml:"),
            HasSubstr("it stands first in the bundle of west, where virt-operator writes")));
  result = lint_without_secrets(bundles(bundle, own_expired));
  EXPECT_EQ(result.verdict, LintResult::Verdict::errors);
  EXPECT_THAT(told(result, "CONFIG_CA_MISSING"),
              HasSubstr("gone, with which west signs, has expired\n"));
  result = lint_without_secrets(bundles(own_only, turned));
  EXPECT_EQ(result.verdict, LintResult::Verdict::warnings);
  EXPECT_THAT(told(result, "CONFIG_CA_MISSING"),
              AllOf(HasSubstr("is in the bundle of cluster west and not in that of east\n"),
                    HasSubstr("not certain: both bundles begin with kubevirt.io@east")));
}

TEST(Trust, SaysHowLongItLastsAndWhetherThereIsASuccessor) {
  using namespace certificates;
  EXPECT_THAT(
      told(lint_without_secrets(bundles(other_former, own_former)), "CONFIG_CA_EXPIRES_SOON"),
      AllOf(HasSubstr("cluster east trusts cluster west for 2 h more: then "
                      "kubevirt.io@former-west expires"),
            HasSubstr("west has no newer one itself")));
  auto changes = bundles(other_former, renewed);
  changes.push_back({"west", server, former_server});
  EXPECT_THAT(told(lint_changed(changes), "CONFIG_CA_EXPIRES_SOON"),
              HasSubstr("west signs with kubevirt.io@west by now"));
  changes = {{"west", bundle, own_former},
             {"west", server, former_server},
             {"east", bundle, other_former},
             {"west", "name: kubevirt-ca\n", "name: unread\n"}};
  EXPECT_THAT(told(lint_changed(changes), "CONFIG_CA_EXPIRES_SOON"),
              HasSubstr("whether west has a newer one is not known"));
}

/// KubeVirt's pkg/virt-operator/resource/generate/components/secrets.go.
struct WantedOfSecret {
  std::string secret;
  std::string common_name;
  std::string usage;
};

std::vector<std::string> found_in(WantedOfSecret const& held) {
  return names_of(
      lint_changed({{"east", "name: kubevirt-virt-handler-server-certs", "name: " + held.secret},
                    {"east", certificates::server, signed_in_east(held.common_name, held.usage)}}));
}

TEST(CertificateSecrets, AreEachHeldToTheirOwnNameAndUsage) {
  std::string const name_differs = "CONFIG_CERTIFICATE_NAME cluster east";
  std::string const usage_differs = "CONFIG_CERTIFICATE_USAGE cluster east";
  for (auto const& [secret, name, usage] :
       {WantedOfSecret{"kubevirt-virt-handler-server-certs", "kubevirt.io:system:node:virt-handler",
                       "serverAuth"},
        {"kubevirt-virt-handler-migration-client-certs", "kubevirt.io:system:client:migration",
         "clientAuth"},
        {"kubevirt-virt-handler-certs", "kubevirt.io:system:client:virt-handler", "clientAuth"},
        {"kubevirt-synchronization-controller-server-certs",
         "kubevirt.io:system:node:virt-synchronization-controller", "serverAuth"},
        {"kubevirt-synchronization-controller-certs",
         "kubevirt.io:system:client:virt-synchronization-controller", "clientAuth"}}) {
    auto const* const other_usage = usage == "serverAuth" ? "clientAuth" : "serverAuth";
    EXPECT_THAT(found_in({secret, name, usage}), testing::IsEmpty()) << secret;
    EXPECT_THAT(found_in({secret, name + "s", usage}), ElementsAre(name_differs)) << secret;
    EXPECT_THAT(found_in({secret, name, other_usage}), ElementsAre(usage_differs)) << secret;
  }
}

TEST(CertificateSecrets, ThatNoMigrationUsesAreNotJudged) {
  for (auto const* const secret : {"kubevirt-virt-api-certs", "kubevirt-controller-certs"})
    EXPECT_THAT(found_in({secret, "anybody", "codeSigning"}), testing::IsEmpty()) << secret;
}
}  // namespace
}  // namespace leadline
