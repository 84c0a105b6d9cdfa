#include "coordinator/admission.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace leadline {
namespace {

struct Case {
  std::string name;
  Hello hello;
  Identity identity;
  std::string refusal;  // part of the sentence; empty: admitted
};

void PrintTo(Case const& c, std::ostream* out) {
  *out << c.name;
}

Hello hello_of(std::string cluster, std::string node, int protocol = protocol_version) {
  return {.protocol = protocol,
          .version = "0.1.0",
          .cluster = std::move(cluster),
          .node = std::move(node)};
}

Identity const east{.role = Identity::Role::agent, .cluster = "east"};
Identity const north{.role = Identity::Role::agent, .cluster = "north"};
Identity const coordinator{.role = Identity::Role::coordinator, .cluster = {}};

class Admission : public testing::TestWithParam<Case> {};

TEST_P(Admission, SaysWhy) {
  Plan plan;
  plan.expect = {{"east", 3}, {"west", 3}};
  auto const admitted =
      admit(GetParam().hello, GetParam().identity, plan, {{.cluster = "east", .node = "n9"}});
  if (GetParam().refusal.empty()) {
    ASSERT_TRUE(admitted.has_value()) << admitted.error();
    EXPECT_EQ(format(*admitted), GetParam().hello.cluster + "/" + GetParam().hello.node);
  } else {
    ASSERT_FALSE(admitted.has_value());
    EXPECT_NE(admitted.error().find(GetParam().refusal), std::string::npos) << admitted.error();
  }
}

TEST(AdmissionOfMany, HasAnEndForOneCertificate) {
  Plan plan;
  plan.expect = {{"east", 3}};
  std::set<NodeName> present;
  for (int i = 0; i < 22; ++i) present.insert({.cluster = "east", .node = "m" + std::to_string(i)});
  auto const refused = admit(hello_of("east", "n1"), east, plan, present);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("22 agents of cluster 'east' are connected"), std::string::npos)
      << refused.error();
  present.erase(present.begin());
  EXPECT_TRUE(admit(hello_of("east", "n1"), east, plan, present).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Table, Admission,
    testing::Values(
        Case{"expected", hello_of("east", "n1"), east, ""},
        Case{"node_with_dots", hello_of("east", "n1.example"), east, ""},
        Case{"newer_protocol", hello_of("east", "n1", protocol_version + 1), east,
             "speaks protocol"},
        Case{"older_protocol", hello_of("east", "n1", 0), east, "speaks protocol 0"},
        Case{"coordinators_certificate", hello_of("east", "n1"), coordinator, "not of an agent"},
        Case{"other_clusters_certificate", hello_of("west", "n1"), east, "is for cluster 'east'"},
        Case{"unexpected_cluster", hello_of("north", "n1"), north, "expected: east, west"},
        Case{"same_node_twice", hello_of("east", "n9"), east, "its own --node"},
        Case{"no_node", hello_of("east", ""), east, "'' is not a node name"},
        Case{"terminal_escapes_in_node", hello_of("east", "n1\x1b[2J"), east,
             "its node name 'n1?[2J' is not a node name"},
        Case{"terminal_escapes_in_cluster", hello_of("we\x1bst", "n1"), east,
             "of cluster 'we?st', but its certificate is for cluster 'east'"},
        Case{"slash_in_node", hello_of("east", "a/b"), east, "not a node name"}),
    [](auto const& row) { return row.param.name; });
}  // namespace
}  // namespace leadline
