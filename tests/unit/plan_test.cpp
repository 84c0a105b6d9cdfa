#include "coordinator/plan.hpp"

#include "coordinator/plan_words.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <sstream>

namespace leadline {
namespace {
using namespace std::chrono_literals;

std::string mistakes_of(std::string const& yaml) {
  auto const plan = read_plan(yaml, Plan{});
  std::string all;
  if (!plan)
    for (auto const& mistake : plan.error())
      all += fmt::format("{}:{}: {}\n", mistake.line, mistake.column, mistake.message);
  return all;
}

TEST(Plan, ExampleIsReadWhole) {
  std::ifstream file{LEADLINE_SOURCE_DIR "/coordinator/plan.example.yaml"};
  std::stringstream text;
  text << file.rdbuf();
  auto const plan = read_plan(text.str(), Plan{});
  ASSERT_TRUE(plan) << mistakes_of(text.str());
  EXPECT_EQ(plan->expect, (std::map<std::string, int>{{"east", 3}, {"west", 3}}));
  EXPECT_EQ(plan->max_rate, BitRate{10e9});
  EXPECT_EQ(plan->synchronization_addresses.size(), 2U);
  EXPECT_EQ(plan->network_ranges.size(), 2U);
  EXPECT_EQ(plan->thresholds.min_mtu, Mtu{1500});
  EXPECT_EQ(plan->thresholds.max_loss, Thresholds{}.max_loss);
  EXPECT_EQ(plan->thresholds.expiry_warning, Thresholds{}.expiry_warning);
  EXPECT_EQ(plan->thresholds.max_latency, Thresholds{}.max_latency);
}

TEST(Plan, SevereLossIsTenTimesTheAcceptedUnlessItIsGiven) {
  auto const severe = [](std::string const& thresholds) {
    return read_plan("thresholds: {" + thresholds + "}", Plan{})->thresholds.severe_loss;
  };
  EXPECT_DOUBLE_EQ(severe("max_latency: 5ms"), 0.01);
  EXPECT_DOUBLE_EQ(severe("max_loss: 2%"), 0.2);
  EXPECT_DOUBLE_EQ(severe("max_loss: 50%"), 1);
  EXPECT_DOUBLE_EQ(severe("max_loss: 2%, severe_loss: 5%"), 0.05);
  EXPECT_DOUBLE_EQ(severe("severe_loss: 5%, max_loss: 2%"), 0.05);
}

TEST(Plan, SaysAllTenMistakesWithTheirPlaces) {
  EXPECT_EQ(
      mistakes_of("expcet: {east: 3}\n"
                  "mesh: star\n"
                  "mesh: full\n"
                  "pairs: sample:0\n"
                  "wait: 1m0s\n"
                  "max_rate: 10GB\n"
                  "stages: [reach, mtu]\n"
                  "latency: 5s\n"
                  "bandwidth: {streams: [0]}\n"
                  "thresholds:\n"
                  "  min_mtu: 90000\n"),
      "1:1: unknown key 'expcet' in the plan; did you mean 'expect'?\n"
      "2:7: 'star' is not a mesh: cross, within and full are\n"
      "3:1: 'mesh' stands twice in the plan\n"
      "4:8: 'sample:0' is not a choice of pairs: all, ring or sample:N (such as sample:200)\n"
      "5:7: '1m0s' is not a duration: a number and one of the units ms, s, m or h, such as "
      "250ms, 10s, 5m\n"
      "6:11: '10GB' is not a rate: a number and one of bit, kbit, Mbit, Gbit or Tbit (a "
      "second), such as 400Mbit\n"
      "7:17: 'mtu' is not a stage: facts, layer2, reach, tls, path_mtu, latency and bandwidth are\n"
      "8:10: latency must be a map, not '5s'\n"
      "9:23: '0' is not a whole number from 1 to 32\n"
      "11:12: '90000' is not a whole number from 576 to 65535\n");
}

struct Row {
  std::string yaml;
  std::string mistake;  ///< part of the message; empty: it is read
};

class PlanTable : public testing::TestWithParam<Row> {};

TEST_P(PlanTable, IsReadOrRefused) {
  auto const& [yaml, mistake] = GetParam();
  if (mistake.empty())
    EXPECT_EQ(mistakes_of(yaml), "");
  else
    EXPECT_NE(mistakes_of(yaml).find(mistake), std::string::npos) << mistakes_of(yaml);
}

INSTANTIATE_TEST_SUITE_P(
    Good, PlanTable,
    testing::Values(Row{"", ""}, Row{"# nothing\n", ""}, Row{"{}", ""}, Row{"mesh: full", ""},
                    Row{"stages: [bandwidth, reach]", ""}, Row{"stages: reach", ""},
                    Row{"expect: {east-1: 5000}", ""}, Row{"pairs: 'sample:7'", ""},
                    Row{"thresholds: {max_loss: 0.5%}", ""},
                    Row{"synchronization_addresses: ['[fd00::1]:9185']", ""},
                    Row{"network: {range: fd00::/64}", ""}, Row{"---\nmesh: full\n---\n", ""},
                    Row{"network: {mtu: 9000}\nthresholds: {min_mtu: 9000}", ""},
                    Row{"a: &x [1]\nmesh: full", "unknown key 'a'"},
                    Row{"wait: &t 5s\ntimeout: *t", ""}));

INSTANTIATE_TEST_SUITE_P(
    Bad, PlanTable,
    testing::Values(Row{"just words", "must be a map, not 'just words'"},
                    Row{"[1, 2]", "must be a map, not a list"},
                    Row{"mesh: [full]", "one value is wanted here, not a list"},
                    Row{"mesh:", "one value is wanted here, not nothing"},
                    Row{"stages: []", "a list of 1 to 64 values"},
                    Row{"stages: [tls, tls]", "'tls' stands twice"},
                    Row{"expect: {east: 0}", "'east=0' is not CLUSTER=NODES"},
                    Row{"expect: {East: 3}", "'East=3' is not CLUSTER=NODES"},
                    Row{"expect: {east.eu: 3}", "'east.eu=3' is not CLUSTER=NODES"},
                    Row{"max_rate: 0bit", "'0bit' is too little for a cap: 1 Mbit/s at least"},
                    Row{"max_bytes: 0B", "'0B' would let nothing be sent"},
                    Row{"timeout: 0s", "'0s' is out of range: 1 s to"},
                    Row{"expect: {east: 3, east: 4}", "'east' stands twice"},
                    Row{"expect: 3", "expect must be a map"},
                    Row{"thresholds: {max_loss: 101%}", "is not a share"},
                    Row{"synchronization_addresses: [virt:9185]", "is not ADDRESS:PORT"},
                    Row{"network: {range: 10.0.0.0/33}", "is not a range"},
                    Row{"mesh: [full", "this is not YAML"}, Row{"a: b: c", "this is not YAML"},
                    Row{"&a [*a]", "must be a map"}, Row{"? [1]\n: 2", "a key in the plan"},
                    Row{"wait: 25h", "out of range"},
                    Row{"mesh: full\n---\nmesh: star\n", "3:1: the plan has ended here"},
                    Row{"{mesh: full},", "1:13: the plan has ended here"},
                    Row{",", "the plan has ended here"}, Row{"]", "illegal flow end"},
                    Row{"{mesh: full}}", "1:13: this is not YAML"},
                    Row{"network: {mtu: 9000}\nthresholds: {min_mtu: 1500}",
                        "2:23: 1500 here, 9000 before"},
                    Row{std::string{"mesh: \0full", 11}, "it is not a text file"},
                    Row{std::string(2U << 20U, 'x'), "larger than 1 MiB"},
                    Row{std::string(100000, '['), "nested deeper"},
                    Row{"mesh: " + std::string(100000, 'x'), "too long"}));

TEST(Plan, DeepBlocksAreRefused) {
  std::string nested;
  for (int i = 0; i < 20000; ++i) nested += "- ";
  EXPECT_NE(mistakes_of(nested + "x"), "");
}

RC_GTEST_PROP(PlanProperty, AnythingIsReadOrRefused, ()) {
  auto const words = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "mesh", ": ", "\n", "[", "]", "{", "}", "- ", "full", "&a", "*a", "!!", "'", "\"", "? ",
      "expect", "east", "3", "  ", "|", ">", "#", "%", "---", "...", "<<", "\t", "\xff"));
  std::string yaml;
  for (auto const& word : words) yaml += word;
  auto const plan = read_plan(yaml, Plan{});
  RC_ASSERT(plan || !plan.error().empty());
}

TEST(PlanWords, ReadsStagesInTheOrderOfARun) {
  EXPECT_EQ(parse_stages("tls,reach"), (std::vector{Stage::facts, Stage::reach, Stage::tls}));
  EXPECT_EQ(parse_stages("facts"), std::vector{Stage::facts});
  EXPECT_FALSE(parse_stages(""));
  EXPECT_FALSE(parse_stages("reach,"));
  EXPECT_FALSE(parse_stages("reach,reach"));
}

TEST(PlanWords, ReadsExpectations) {
  EXPECT_EQ(parse_expectation("east=3"), (std::pair<std::string, int>{"east", 3}));
  for (auto const* bad : {"east", "east=", "east=x", "=3", "east=-1", "east=3x", "e/t=3", "east=0"})
    EXPECT_FALSE(parse_expectation(bad)) << bad;
}

TEST(PlanWords, ChoicesOfPairsSurviveWriting) {
  for (auto const* good : {"all", "ring", "sample:200"})
    EXPECT_EQ(format(*parse_pair_choice(good)), good);
  for (auto const* bad : {"", "some", "sample", "sample:", "sample:-1", "sample:1.5"})
    EXPECT_FALSE(parse_pair_choice(bad)) << bad;
}

TEST(Plan, ContradictionsAreSaid) {
  Plan plan;
  EXPECT_EQ(contradictions(plan).size(), 1U);
  plan.expect = {{"east", 3}};
  EXPECT_NE(contradictions(plan).at(0).find("--mesh within"), std::string::npos);
  plan.mesh = Mesh::within;
  EXPECT_TRUE(contradictions(plan).empty());
  plan.expect = {{"east", 1}, {"west", 1}};
  EXPECT_FALSE(contradictions(plan).empty());
  plan.mesh = Mesh::cross;
  EXPECT_TRUE(contradictions(plan).empty());
}
}  // namespace
}  // namespace leadline
