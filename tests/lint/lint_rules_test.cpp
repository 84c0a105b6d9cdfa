#include "tests/lint/lint_rules.hpp"

#include "coordinator/config_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace leadline {
namespace {
class LintRules : public testing::TestWithParam<LintRule> {};

TEST_P(LintRules, FindsTheMistakeAndNothingElse) {
  auto expected = GetParam().findings;
  std::ranges::sort(expected);
  auto const result = lint_changed(GetParam().bad);
  EXPECT_EQ(names_of(result), expected);
  for (auto const& finding : result.findings) {
    EXPECT_NE(finding.summary, "");
    ASSERT_FALSE(finding.evidence.empty()) << finding.code;
    EXPECT_NE(finding.evidence.front().find(".yaml:"), std::string::npos)
        << finding.code << " does not say where: " << finding.evidence.front();
  }
}

TEST_P(LintRules, LetsWhatIsNearItPass) {
  EXPECT_EQ(names_of(lint_changed(GetParam().good)), std::vector<std::string>{});
}

std::vector<LintRule> all_rules() {
  std::vector<LintRule> all;
  for (auto const& rules : {attachment_rules(), address_rules(), peer_network_rules(),
                            settings_rules(), trust_rules(), policy_rules()})
    all.insert(all.end(), rules.begin(), rules.end());
  return all;
}

INSTANTIATE_TEST_SUITE_P(Rules, LintRules, testing::ValuesIn(all_rules()),
                         [](auto const& rule) { return rule.param.name; });

TEST(LintCatalogue, HasARuleForEveryCode) {
  std::set<std::string_view> found;
  auto const all = all_rules();
  for (auto const& rule : all)
    for (auto const& name : rule.findings)
      found.insert(std::string_view{name}.substr(0, name.find(' ')));
  for (auto const& kind : config_catalogue())
    EXPECT_EQ(found.count(kind.code), 1U) << kind.code << " is never found by a test";
}
}  // namespace
}  // namespace leadline
