#include "coordinator/report/json.hpp"
#include "coordinator/report/matrix.hpp"
#include "coordinator/report/text.hpp"
#include "tests/schema.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace leadline {
namespace {
using nlohmann::json;

std::string against_schema(json const& report) {
  return leadline::against_schema(LEADLINE_SOURCE_DIR "/coordinator/report/report.schema.json",
                                  report);
}

json json_of(Report const& report) {
  std::ostringstream out;
  write_json(out, report);
  return json::parse(out.str());
}

std::string text_of(Report const& report, bool colour = false) {
  std::ostringstream out;
  write_text(out, report, colour);
  return out.str();
}

std::size_t widest_line(std::string const& text) {
  std::istringstream lines{text};
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

void block(SurveyMaker& maker, std::string const& node) {
  maker.spoil<Reach>([&](auto const&, auto const& target) { return target == node; },
                     [](Observation& seen, Reach::Result& result) {
                       seen.status = Status::fail;
                       result.udp.outcome = Outcome::prohibited;
                       result.udp.evidence = IcmpEvidence{
                           .origin = "icmp", .offender = "10.100.9.1", .type = 3, .code = 13};
                       for (auto& attempt : result.tcp) attempt.outcome = Outcome::prohibited;
                     });
}

TEST(JsonReport, OfAHealthyRunFitsTheSchema) {
  auto const report = json_of(make_report(SurveyMaker{}.survey(), false));
  EXPECT_EQ(against_schema(report), "");
  EXPECT_EQ(report.at("schema"), "leadline.report/v1");
  EXPECT_EQ(report.at("verdict"), "ready");
  EXPECT_EQ(report.at("exit_code"), 0);
  EXPECT_EQ(report.at("pairs").size(), 18U);
  EXPECT_EQ(report.at("coverage").at("pairs_measured"), 18);
  EXPECT_EQ(report.at("run").at("started"), "2027-01-15T08:00:00Z");
}

TEST(JsonReport, OfATroubledRunFitsTheSchema) {
  SurveyMaker maker;
  block(maker, "east/n1");
  maker.record("west/n3").lost = "bad \xff octet";
  maker.survey().plan.expect["west"] = 4;
  maker.survey().interruptions = {"stopped by Ctrl-C"};
  maker.survey().schedule.push_back({.source = 0,
                                     .target = 3,
                                     .transport = "tcp",
                                     .streams = 8,
                                     .started_seconds = 1,
                                     .ended_seconds = 2.5,
                                     .outcome = "measured"});
  auto const report = json_of(make_report(maker.survey(), false));
  EXPECT_EQ(against_schema(report), "");
  EXPECT_EQ(report.at("verdict"), "not_ready");
  EXPECT_EQ(report.at("findings").at(0).at("scope"), (json{{"kind", "node"}, {"node", "east/n1"}}));
}

TEST(JsonReport, OfARunWithoutAgentsFitsTheSchema) {
  Survey survey;
  survey.plan.expect = {{"east", 1}, {"west", 1}};
  survey.interruptions = {"no agent appeared within 1 min"};
  auto const report = json_of(make_report(survey, false));
  EXPECT_EQ(against_schema(report), "");
  EXPECT_EQ(report.at("verdict"), "unknown");
  EXPECT_EQ(report.at("exit_code"), 30);
}

TEST(JsonReport, SchemaIsStrict) {
  auto report = json_of(make_report(SurveyMaker{}.survey(), false));
  report["verdict"] = "fine";
  EXPECT_NE(against_schema(report), "");
  report["verdict"] = "ready";
  report["extra"] = 1;
  EXPECT_NE(against_schema(report), "");
  report.erase("extra");
  report.erase("coverage");
  EXPECT_NE(against_schema(report), "");
}

TEST(TextReport, BeginsWithTheVerdict) {
  EXPECT_TRUE(text_of(make_report(SurveyMaker{}.survey(), false)).starts_with("READY\nbecause: "));
  EXPECT_TRUE(
      text_of(make_report(SurveyMaker{}.survey(), false), true).starts_with("\x1b[1;32mREADY"));
}

TEST(TextReport, NamesCauseEvidenceAndRemedyIn100Columns) {
  SurveyMaker maker;
  block(maker, "east/n1");
  auto const text = text_of(make_report(maker.survey(), false));
  EXPECT_TRUE(
      text.starts_with("NOT READY\nbecause: node east/n1: packets are filtered (inbound, "
                       "3 pairs)\n"))
      << text;
  EXPECT_NE(text.find("ICMP 3/13 from 10.100.9.1"), std::string::npos) << text;
  EXPECT_NE(text.find("do: "), std::string::npos);
  EXPECT_LE(widest_line(text), 100U);
}

TEST(TextReport, GoesFromTheVerdictToItsCausesToTheMatrixToTheNumbers) {
  SurveyMaker maker;
  block(maker, "east/n1");
  auto const text = text_of(make_report(maker.survey(), false));
  std::size_t at = 0;
  for (auto const* const part :
       {"NOT READY", "because: ", "coverage: ", "REACH_FILTERED", "do: ", "source \\ target",
        "round trip ", "path MTU ", "TCP x 8", "TLS x 8"}) {
    auto const next = text.find(part, at);
    ASSERT_NE(next, std::string::npos) << part << " is not where it belongs in\n" << text;
    at = next;
  }
}

TEST(TextReport, SaysThatOfANodeSomethingIsNotKnown) {
  SurveyMaker maker;
  maker.survey().plan.thresholds.expected_link_speed = BitRate{10e9};
  maker.facts("east/n1").interface.speed_bits_per_second = 0;
  EXPECT_NE(text_of(make_report(maker.survey(), false))
                .find("because: of 1 node something that the plan asks about is not known"),
            std::string::npos);
  maker.survey().plan.stages = {Stage::facts, Stage::reach};
  EXPECT_TRUE(text_of(make_report(maker.survey(), false)).starts_with("READY\n"));
}

TEST(TextReport, SaysWhatWasLeftOut) {
  SurveyMaker maker;
  maker.survey().plan.stages = {Stage::facts, Stage::reach, Stage::tls};
  auto const text = text_of(make_report(maker.survey(), false));
  EXPECT_NE(text.find("left out: layer2, path_mtu, latency, bandwidth"), std::string::npos) << text;
}

TEST(TextReport, SaysOverWhichFamilyBandwidthWasMeasuredWhereThereAreTwo) {
  EXPECT_EQ(text_of(make_report(SurveyMaker{}.survey(), false)).find("bandwidth    over"),
            std::string::npos);
  EXPECT_NE(text_of(make_report(SurveyMaker{}.dual().survey(), false))
                .find("\n  bandwidth    over IPv4, whose address virt-handler takes first\n"),
            std::string::npos);
}

TEST(TextReport, NamesWhoWasTurnedAwayAlsoWhereAnAgentWasLost) {
  SurveyMaker maker;
  maker.record("west/n3").lost = "killed";
  maker.survey().refusals = {"east/n4: took no part"};
  auto const text = text_of(make_report(maker.survey(), false));
  EXPECT_NE(text.find("turned away: east/n4: took no part"), std::string::npos) << text;
}

TEST(TextReport, OfARunThatNeverBeganMissesNobody) {
  Survey survey;
  survey.plan.expect = {{"east", 3}, {"west", 3}};
  survey.interruptions = {"stopped by Ctrl-C"};
  EXPECT_NE(text_of(make_report(survey, false)).find("AGENT_MISSING"), std::string::npos);
  survey.begun = false;
  auto const report = make_report(survey, false);
  EXPECT_EQ(report.verdict, Verdict::unknown);
  EXPECT_TRUE(text_of(report).starts_with("UNKNOWN\nbecause: stopped by Ctrl-C\n"));
  EXPECT_EQ(text_of(report).find("AGENT_MISSING"), std::string::npos);
}

TEST(TextReport, KeepsControlCharactersOffTheTerminal) {
  SurveyMaker maker;
  maker.record("east/n1").lost = "\x1b[2J evil";
  EXPECT_EQ(text_of(make_report(maker.survey(), false)).find('\x1b'), std::string::npos);
}

TEST(Matrix, ShowsEveryNodeWhenSmall) {
  SurveyMaker maker{2, 1};
  block(maker, "east/n1");
  EXPECT_EQ(draw_matrix(make_report(maker.survey(), false)),
            "source \\ target               1  2  3\n"
            "  1  east/n1                        .\n"
            "  2  east/n2                        .\n"
            "  3  west/n1                  R  .\n");
}

TEST(Matrix, FoldsNodesThatLookAlike) {
  SurveyMaker maker{30, 30};
  block(maker, "east/n7");
  auto const matrix = draw_matrix(make_report(maker.survey(), false));
  EXPECT_EQ(std::ranges::count(matrix, '\n'), 4) << matrix;
  EXPECT_NE(matrix.find("east/n1 + 28 alike"), std::string::npos) << matrix;
  EXPECT_NE(matrix.find("west/n1 + 29 alike"), std::string::npos) << matrix;
}

/// Only these pairs were chosen.
void keep(SurveyMaker& maker, PairChoice const& choice) {
  auto& survey = maker.survey();
  survey.plan.pairs = choice;
  auto const chosen =
      choose_pairs(Mesh::cross, choice, imagined_roster(survey.plan.expect), seed_of("a run"));
  std::erase_if(survey.pairs, [&](PairRecord const& pair) {
    return !std::ranges::binary_search(chosen, NodePair{pair.source, pair.target});
  });
}

TEST(Matrix, OfARingFoldsOverWhatWasNotChosen) {
  SurveyMaker maker{15, 15};
  keep(maker, {.kind = PairChoice::Kind::ring, .sample_size = 0});
  block(maker, "east/n7");
  auto const matrix = draw_matrix(make_report(maker.survey(), false));
  EXPECT_EQ(std::ranges::count(matrix, '\n'), 5) << matrix;
  EXPECT_NE(matrix.find("east/n1 + 13 alike"), std::string::npos) << matrix;
  EXPECT_NE(matrix.find("west/n1 + 13 alike"), std::string::npos) << matrix;
  EXPECT_EQ(std::ranges::count(matrix.substr(matrix.find('\n')), 'R'), 1) << matrix;
}

TEST(Matrix, OfASampleStaysSmall) {
  SurveyMaker maker{12, 12};
  keep(maker, {.kind = PairChoice::Kind::sample, .sample_size = 60});
  block(maker, "east/n3");
  block(maker, "west/n9");
  auto const matrix = draw_matrix(make_report(maker.survey(), false));
  EXPECT_FALSE(matrix.empty());
  EXPECT_LT(std::ranges::count(matrix, '\n'), 14) << matrix;
}
}  // namespace
}  // namespace leadline
