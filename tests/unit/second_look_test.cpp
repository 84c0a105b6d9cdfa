#include "coordinator/second_look.hpp"

#include "coordinator/symptoms.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <set>

namespace leadline {
namespace {

/// Every pair of east's nodes with west's from east, at this rate, all at the same time.
SurveyMaker all_at_once(int nodes, double rate) {
  SurveyMaker maker{nodes, nodes};
  auto const from_east = [](std::string const& source, std::string const&) {
    return source.starts_with("east");
  };
  maker.spoil<Bandwidth>(from_east, [rate](Observation&, Bandwidth::Result& result) {
    result.rate_bits_per_second = rate;
  });
  auto& survey = maker.survey();
  for (auto const& pair : survey.pairs)
    if (survey.nodes[pair.source].name.cluster == "east")
      survey.schedule.push_back({.source = pair.source,
                                 .target = pair.target,
                                 .transport = "tcp",
                                 .streams = 8,
                                 .started_seconds = 1,
                                 .ended_seconds = 2,
                                 .outcome = "measured"});
  return maker;
}

TEST(SecondLook, IsForPairsThatWereSlowBesideOthers) {
  auto maker = all_at_once(2, 150e6);
  auto const looks = second_looks(maker.survey());
  ASSERT_EQ(looks.size(), 4U) << "four at 150 Mbit/s each come to 600, and 400 are wanted";
  EXPECT_EQ(looks.front().together_bits_per_second, 150e6);
  EXPECT_EQ(looks.front().alone_bits_per_second, 0);
}

TEST(SecondLook, IsNotForPairsThatNoOtherTestSlowedDown) {
  EXPECT_TRUE(second_looks(all_at_once(2, 90e6).survey()).empty()) << "four at 90 are 360 in all";
  EXPECT_TRUE(second_looks(all_at_once(2, 450e6).survey()).empty()) << "fast enough";
  auto one_by_one = all_at_once(2, 150e6);
  double start = 0;
  for (auto& test : one_by_one.survey().schedule) {
    test.started_seconds = ++start;
    test.ended_seconds = start + 0.9;
  }
  EXPECT_TRUE(second_looks(one_by_one.survey()).empty());
  auto failed = all_at_once(2, 150e6);
  for (auto& test : failed.survey().schedule) test.outcome = "failed: no";
  EXPECT_TRUE(second_looks(failed.survey()).empty());
}

TEST(SecondLook, TakesAllNodesBeforeItTakesOneTwice) {
  auto const looks = second_looks(all_at_once(30, 150e6).survey());
  EXPECT_EQ(looks.size(), most_second_looks);
  std::set<NodeIndex> nodes;
  for (std::size_t i = 0; i < 30; ++i) nodes.insert({looks[i].source, looks[i].target});
  EXPECT_EQ(nodes.size(), 60U) << "30 looks, no node twice";
}

std::set<std::string> codes_of(Survey const& survey) {
  Symptoms symptoms;
  read_bandwidth(survey, symptoms);
  std::set<std::string> codes;
  for (auto const& symptom : symptoms.found) codes.insert(std::string{symptom.kind->code});
  return codes;
}

/// Looks at the first `count` pairs, each of which gives so much by itself.
void look(Survey& survey, std::size_t count, double alone) {
  auto looks = second_looks(survey);
  looks.resize(std::min(looks.size(), count));
  for (auto& test : looks) {
    test.alone_bits_per_second = alone;
    for (auto& pair : survey.pairs) {
      if (pair.source != test.source || pair.target != test.target) continue;
      Bandwidth::Result result;
      result.transport = Transport::tcp;
      result.streams = 8;
      result.rate_bits_per_second = alone;
      pair.observations.push_back({.source = test.source,
                                   .target = test.target,
                                   .probe = std::string{Bandwidth::name},
                                   .status = Status::ok,
                                   .result = result});
    }
  }
  survey.second_looks = looks;
}

TEST(SecondLook, TellsASharedLinkFromASlowPath) {
  auto shared = all_at_once(2, 150e6);
  look(shared.survey(), 4, 600e6);
  EXPECT_EQ(codes_of(shared.survey()), std::set<std::string>{"BANDWIDTH_SHARED"});
  auto slow = all_at_once(2, 150e6);
  look(slow.survey(), 4, 160e6);
  EXPECT_TRUE(codes_of(slow.survey()).contains("BANDWIDTH_LOW"));
  EXPECT_FALSE(codes_of(slow.survey()).contains("BANDWIDTH_SHARED"));
  auto not_looked_at = all_at_once(2, 150e6);
  EXPECT_TRUE(codes_of(not_looked_at.survey()).contains("BANDWIDTH_LOW"));
}

TEST(SecondLook, SpeaksForOthersOnlyWhereBothNodesWereSeen) {
  auto maker = all_at_once(3, 150e6);
  look(maker.survey(), 2, 600e6);
  auto const& survey = maker.survey();
  auto const node = [&](std::string const& name) { return maker.node(name); };
  std::set<NodeIndex> sources;
  std::set<NodeIndex> targets;
  for (auto const& test : survey.second_looks) {
    sources.insert(test.source);
    targets.insert(test.target);
  }
  for (auto const* from : {"east/n1", "east/n2", "east/n3"})
    for (auto const* to : {"west/n1", "west/n2", "west/n3"})
      EXPECT_EQ(shares_a_full_link(survey, node(from), node(to)),
                sources.contains(node(from)) && targets.contains(node(to)))
          << from << " -> " << to;
  EXPECT_FALSE(shares_a_full_link(survey, *targets.begin(), *sources.begin()))
      << "the other direction was not looked at";
  maker.survey().second_looks.back().alone_bits_per_second = 0;
  for (auto const source : sources)
    for (auto const target : targets)
      EXPECT_FALSE(shares_a_full_link(survey, source, target)) << "one of them is slow by itself";
}
}  // namespace
}  // namespace leadline
