#include "coordinator/report/throughput_csv.hpp"
#include "coordinator/report/throughput_json.hpp"
#include "coordinator/report/throughput_text.hpp"
#include "coordinator/tls_cost.hpp"
#include "tests/schema.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using nlohmann::json;

constexpr auto const* schema = LEADLINE_SOURCE_DIR "/coordinator/report/throughput.schema.json";

void slow_down(SurveyMaker& maker, std::string const& from, std::string const& to, double rate) {
  maker.spoil<Bandwidth>(
      [&](auto const& source, auto const& target) { return source == from && target == to; },
      [&](Observation&, Bandwidth::Result& result) {
        result.rate_bits_per_second = rate;
        result.limit = "network";
        result.limit_detail = "2.0 % of the segments were sent again";
      });
}

/// What a bench measures: reach and bandwidth.
SurveyMaker benched() {
  SurveyMaker maker;
  maker.survey().plan.stages = {Stage::facts, Stage::reach, Stage::bandwidth};
  return maker;
}

template <class Write>
std::string written(Write write, Survey const& survey) {
  std::ostringstream out;
  write(out, survey, read_throughput(survey));
  return out.str();
}

TEST(Throughput, HasAMatrixForEachTransportAndStreamCount) {
  auto maker = benched();
  auto const found = read_throughput(maker.survey());
  ASSERT_EQ(found.kinds.size(), 4);
  EXPECT_EQ(format(found.kinds[0].kind), "TCP x 1, path ceiling");
  EXPECT_EQ(format(found.kinds[3].kind), "TLS x 8");
  for (auto const& kind : found.kinds) EXPECT_EQ(kind.pairs.size(), 18);
  EXPECT_TRUE(found.complete());
  EXPECT_TRUE(found.unmeasured.empty());
}

TEST(Throughput, OfANodeIsTheMedianOverItsPeers) {
  auto maker = benched();
  slow_down(maker, "east/n1", "west/n1", 1e9);
  auto const found = read_throughput(maker.survey());
  auto const& sends = found.kinds[0].sends.at(maker.node("east/n1"));
  ASSERT_TRUE(sends);
  EXPECT_DOUBLE_EQ(sends->median, 9.4e9);
  EXPECT_DOUBLE_EQ(sends->least, 1e9);
  EXPECT_EQ(sends->count, 3);
  auto const& receives = found.kinds[0].receives.at(maker.node("east/n1"));
  ASSERT_TRUE(receives);
  EXPECT_DOUBLE_EQ(receives->least, 9.4e9);
}

TEST(Throughput, NamesTheSlowestPairsAndWhatLimitsThem) {
  auto maker = benched();
  slow_down(maker, "east/n1", "west/n1", 2e9);
  slow_down(maker, "west/n3", "east/n2", 1e9);
  auto const found = read_throughput(maker.survey());
  auto const slow = slowest(found.kinds[0], 5);
  ASSERT_EQ(slow.size(), 2);
  EXPECT_EQ(slow[0]->source, maker.node("west/n3"));
  EXPECT_EQ(slow[0]->limit, "network");
  EXPECT_EQ(slowest(found.kinds[0], 1).size(), 1);
}

TEST(Throughput, CountsWhatWasNotMeasuredAndWhy) {
  auto maker = benched();
  maker.skip("bandwidth", [](auto const& source, auto const& target) {
    return source == "east/n1" && target == "west/n1";
  });
  auto const found = read_throughput(maker.survey());
  EXPECT_FALSE(found.complete());
  EXPECT_EQ(found.tests_expected, 72);
  EXPECT_EQ(found.tests_measured, 68);
  ASSERT_EQ(found.unmeasured.size(), 1);
  EXPECT_NE(found.unmeasured[0].find("an earlier stage failed"), std::string::npos);
}

TEST(Throughput, OfNothingIsNotComplete) {
  EXPECT_FALSE(read_throughput(Survey{}).complete());
}

TEST(Throughput, TakesBothDirectionsOfABidirectionalTest) {
  auto maker = benched();
  maker.spoil<Bandwidth>([](auto const& source, auto const&) { return source == "east/n1"; },
                         [](Observation&, Bandwidth::Result& result) {
                           result.reverse = BulkFlow{.rate_bits_per_second = 3e9};
                         });
  auto const found = read_throughput(maker.survey());
  EXPECT_EQ(found.tests_measured, 72);
  auto const back = std::ranges::find_if(found.kinds[0].pairs, [&](PairThroughput const& pair) {
    return pair.source == maker.node("west/n1") && pair.target == maker.node("east/n1");
  });
  ASSERT_NE(back, found.kinds[0].pairs.end());
  EXPECT_EQ(back->rates.count, 2);  // its own test, and the other way of its peer's
  EXPECT_DOUBLE_EQ(back->rates.least, 3e9);
  EXPECT_DOUBLE_EQ(back->rates.most, 9.4e9);
}

TEST(Throughput, ComparesTlsWithThePlainPathOfAsManyStreams) {
  auto maker = benched();
  maker.spoil<Bandwidth>([](auto const&, auto const&) { return true; },
                         [](Observation&, Bandwidth::Result& result) {
                           if (result.transport == Transport::tls && result.streams == 1)
                             result.rate_bits_per_second = 4.7e9;
                         });
  auto const found = read_throughput(maker.survey());
  ASSERT_EQ(found.tls.size(), 2);
  EXPECT_DOUBLE_EQ(found.tls[0].share, 0.5);
  EXPECT_DOUBLE_EQ(found.tls[1].share, 1);
  EXPECT_EQ(found.tls[0].against, BulkMode::ceiling);
  EXPECT_NE(written(write_throughput_text, maker.survey())
                .find("TLS over 1 stream: 50 % of TCP x 1, path ceiling"),
            std::string::npos);
}

KindThroughput one_pair(ThroughputKind kind, double rate, std::string limit = "network") {
  RateSummary const rates{.median = rate, .least = rate, .most = rate, .count = 1};
  PairThroughput pair{.source = 0, .target = 3, .rates = rates};
  pair.limit = std::move(limit);
  pair.limit_detail = "so it is";
  return {.kind = kind, .pairs = {pair}, .all = rates};
}

constexpr ThroughputKind plain{Transport::tcp, 1, BulkMode::ceiling};
constexpr ThroughputKind into_memory{Transport::tcp, 1, BulkMode::migration};
constexpr ThroughputKind by_tls{Transport::tls, 1, BulkMode::migration};

TEST(TlsCost, IsReckonedAgainstWhatIsReadIntoMemoryToo) {
  std::vector const kinds{one_pair(plain, 20e9), one_pair(into_memory, 10e9),
                          one_pair(by_tls, 5e9)};
  auto const costs = tls_costs(kinds);
  ASSERT_EQ(costs.size(), 1);
  EXPECT_EQ(costs[0].against, BulkMode::migration);
  EXPECT_DOUBLE_EQ(costs[0].share, 0.5);
}

TEST(TlsCost, IsTheLimitWhereTheSamePathIsClearlyFasterWithoutIt) {
  std::vector kinds{one_pair(plain, 10e9), one_pair(by_tls, 5e9, "sender_cpu")};
  name_tls_limits(kinds);
  EXPECT_EQ(kinds[0].pairs[0].limit, "network");
  EXPECT_EQ(kinds[1].pairs[0].limit, "tls");
  EXPECT_EQ(kinds[1].pairs[0].limit_detail,
            "the same path without TLS is faster by 100 % (10 Gbit/s by TCP x 1, path ceiling); "
            "so it is");
}

TEST(TlsCost, IsNoLimitWhereSomethingElseIs) {
  for (auto const& [rate, limit] : std::vector<std::pair<double, std::string>>{
           {9.5e9, "network"}, {5e9, "rate_limit"}, {5e9, "byte_limit"}, {5e9, "sender_starved"}}) {
    std::vector kinds{one_pair(plain, 10e9), one_pair(by_tls, rate, limit)};
    name_tls_limits(kinds);
    EXPECT_EQ(kinds[1].pairs[0].limit, limit);
  }
  std::vector other{one_pair(plain, 10e9), one_pair(by_tls, 5e9)};
  other[0].pairs[0].source = 1;
  name_tls_limits(other);
  EXPECT_EQ(other[1].pairs[0].limit, "network");
}

TEST(TlsCost, StandsInEachLineOfCsv) {
  auto maker = benched();
  maker.spoil<Bandwidth>([](auto const& source, auto const&) { return source == "east/n1"; },
                         [](Observation&, Bandwidth::Result& result) {
                           if (result.transport == Transport::tls)
                             result.rate_bits_per_second = 4.7e9;
                         });
  auto const csv = written(write_throughput_csv, maker.survey());
  std::istringstream lines{csv};
  int by_tls_lines = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.find(",tls,0.") != std::string::npos) {
      ++by_tls_lines;
      EXPECT_TRUE(line.starts_with("east/n1,")) << line;
    }
  EXPECT_EQ(by_tls_lines, 6) << csv;  // three peers, two numbers of streams
}

TEST(Throughput, ReckonsOversubscriptionFromThePairsMeasuredBothWays) {
  auto maker = benched();
  maker.survey().saturation = {{0, 3, 10e9, 5e9}, {1, 4, 10e9, 5e9}, {2, 5, 0, 5e9}};
  auto const seen = read_throughput(maker.survey()).oversubscription;
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->pairs_together, 3);
  EXPECT_EQ(seen->pairs_compared, 2);
  EXPECT_DOUBLE_EQ(seen->factor, 2);
  maker.survey().saturation = {{0, 3, 10e9, 5e9}};
  EXPECT_FALSE(read_throughput(maker.survey()).oversubscription);
}

TEST(Throughput, IsNotCompleteWithoutTheSaturationThatWasAskedFor) {
  auto maker = benched();
  EXPECT_TRUE(read_throughput(maker.survey()).complete());
  maker.survey().plan.saturate = true;
  EXPECT_FALSE(read_throughput(maker.survey()).complete()) << "no two pairs";
  maker.survey().saturation = {{0, 3, 10e9, 5e9}, {1, 4, 0, 5e9}};
  auto const half = read_throughput(maker.survey());
  EXPECT_FALSE(half.complete()) << "one was not measured alone";
  EXPECT_EQ(half.unmeasured,
            std::vector<std::string>{"saturation: 1 of 2 pairs were measured alone"});
  maker.survey().saturation = {{0, 3, 0, 5e9}, {1, 4, 0, 5e9}};
  auto const text = written(write_throughput_text, maker.survey());
  EXPECT_NE(text.find("2 pairs at once over 8 TCP streams each, none of them was measured alone\n"),
            std::string::npos)
      << text;
  auto const object = json::parse(written(write_throughput_json, maker.survey()));
  EXPECT_TRUE(object.at("saturation").at("oversubscription").is_null());
  EXPECT_EQ(object.at("unmeasured").size(), 1U);
  maker.survey().saturation = {{0, 3, 10e9, 5e9}, {1, 4, 10e9, 5e9}};
  EXPECT_TRUE(read_throughput(maker.survey()).complete());
  maker.survey().saturation.resize(most_measured_alone + 1, {2, 5, 10e9, 5e9});
  maker.survey().saturation.back().alone_bits_per_second = 0;  // as it is to be
  EXPECT_TRUE(read_throughput(maker.survey()).complete());
}

TEST(Throughput, OfAFabricThatStarvesAPairIsNotCalledFine) {
  auto maker = benched();
  maker.survey().plan.saturate = true;
  maker.survey().saturation = {{0, 3, 10e9, 10e9}, {1, 4, 10e9, 10e9}, {2, 5, 10e9, 0}};
  auto const found = read_throughput(maker.survey());
  EXPECT_FALSE(found.complete());
  EXPECT_EQ(found.oversubscription.value().pairs_silent, 1);
  auto const text = written(write_throughput_text, maker.survey());
  EXPECT_NE(text.find("1 more gave no rate while all ran"), std::string::npos) << text;
  EXPECT_EQ(text.find("carries them all"), std::string::npos) << text;
}

TEST(Throughput, OfNodesThatSendNoMoreSaysNothingOfAFasterFabric) {
  auto maker = benched();
  maker.survey().plan.saturate = true;
  maker.survey().saturation = {{0, 3, 10e9, 10e9, "rate_limit"}, {1, 4, 10e9, 10e9, "network"}};
  EXPECT_EQ(read_throughput(maker.survey()).oversubscription.value().pairs_held_back, 1U);
  auto text = written(write_throughput_text, maker.survey());
  EXPECT_NE(text.find("carries them all at this rate; 1 of them were held back by their nodes"),
            std::string::npos)
      << text;
  maker.survey().saturation.front().limit = "link_speed";
  text = written(write_throughput_text, maker.survey());
  EXPECT_NE(text.find("the fabric carries them all\n"), std::string::npos) << text;
}

TEST(Throughput, MedianOfTwoIsBetweenThem) {
  EXPECT_DOUBLE_EQ(sum_up({1, 3})->median, 2);
  EXPECT_DOUBLE_EQ(sum_up({4, 1, 9})->median, 4);
  EXPECT_DOUBLE_EQ(sum_up({9, 1, 2, 4})->median, 3);
}

TEST(ThroughputReport, ShowsAMatrixInOneUnit) {
  auto maker = benched();
  slow_down(maker, "east/n1", "west/n1", 250e6);
  maker.survey().saturation = {{0, 3, 10e9, 5e9}, {1, 4, 10e9, 5e9}};
  maker.survey().plan.saturate = true;
  auto const text = written(write_throughput_text, maker.survey());
  EXPECT_TRUE(text.starts_with("THROUGHPUT: 72 of 72 tests measured; 6 nodes, 18 pairs"));
  EXPECT_NE(text.find("   1  east/n1                                        0.25   9.40   9.40"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("slow: east/n1 -> west/n1: 250 Mbit/s; 2.0 % of the segments"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("2.00 : 1, the fabric is oversubscribed"), std::string::npos) << text;
}

TEST(ThroughputReport, SaysWhatHeldThePairsBack) {
  auto maker = benched();
  maker.spoil<Bandwidth>([](auto const& source, auto const&) { return source == "east/n1"; },
                         [](Observation&, Bandwidth::Result& result) { result.limit = "network"; });
  maker.spoil<Bandwidth>(
      [](auto const& source, auto const&) { return source != "east/n1"; },
      [](Observation&, Bandwidth::Result& result) { result.limit = "sender_cpu"; });
  auto const text = written(write_throughput_text, maker.survey());
  EXPECT_NE(
      text.find("\n  held back by a processor of the sender (15 pairs), the network (3 pairs)\n"),
      std::string::npos)
      << text;
}

TEST(ThroughputReport, GivesALineOfCsvForEachTest) {
  auto maker = benched();
  auto const csv = written(write_throughput_csv, maker.survey());
  EXPECT_EQ(std::ranges::count(csv, '\n'), 1 + 72);
  EXPECT_NE(csv.find("\neast/n1,west/n1,tcp,8,ceiling,1,9400000000,"), std::string::npos) << csv;
}

TEST(ThroughputReport, QuotesWhatWouldBreakALineOfCsv) {
  auto maker = benched();
  maker.spoil<Bandwidth>(
      [](auto const&, auto const&) { return true; },
      [](Observation&, Bandwidth::Result& result) { result.limit = "a \"cap\", set\nby hand"; });
  auto const csv = written(write_throughput_csv, maker.survey());
  EXPECT_NE(csv.find(",\"a \"\"cap\"\", set\nby hand\",0.0000,,0\n"), std::string::npos);
}

TEST(ThroughputReport, IsOneJsonObjectAlsoOfNothing) {
  auto maker = benched();
  auto const whole = json::parse(written(write_throughput_json, maker.survey()));
  EXPECT_EQ(whole.at("schema"), "leadline.throughput/v1");
  EXPECT_EQ(whole.at("kinds").size(), 4);
  EXPECT_EQ(whole.at("kinds")[0].at("pairs").size(), 18);
  EXPECT_TRUE(whole.at("complete"));
  EXPECT_EQ(against_schema(schema, whole), "");
  ASSERT_EQ(whole.at("tests").size(), 72U);
  auto const& test = whole.at("tests")[0];
  EXPECT_EQ(test.at("source"), "east/n1");
  EXPECT_EQ(test.at("result").at("rate_bits_per_second"), 9.4e9);
  auto const empty = json::parse(written(write_throughput_json, Survey{}));
  EXPECT_FALSE(empty.at("complete"));
  EXPECT_TRUE(empty.at("tests").empty());
  EXPECT_EQ(against_schema(schema, empty), "");
  maker.survey().saturation = {{0, 3, 10e9, 5e9}, {1, 4, 10e9, 5e9}};
  auto const saturated = json::parse(written(write_throughput_json, maker.survey()));
  EXPECT_EQ(against_schema(schema, saturated), "");
  EXPECT_DOUBLE_EQ(saturated.at("saturation").at("oversubscription"), 2);
}
}  // namespace
}  // namespace leadline
