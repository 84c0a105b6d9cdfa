#include "coordinator/check_options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace leadline {
namespace {

Words with(Words more) {
  Words words{"--listen", "127.0.0.1:7443", "--tls",    "/tls",
              "--expect", "east=3",         "--expect", "west=2"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(CheckOptions, HaveTheirDefaults) {
  auto const options = read_check_options(with({}));
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->listen.port(), 7443);
  EXPECT_EQ(options->plan.expect, (std::map<std::string, int>{{"east", 3}, {"west", 2}}));
  EXPECT_EQ(options->plan.stages, Plan{}.stages);
  EXPECT_EQ(options->format, OutputFormat::text);
  EXPECT_FALSE(options->strict);
}

TEST(CheckOptions, QuickLeavesBandwidthOut) {
  auto const plan = read_check_options(with({"--quick"}))->plan;
  EXPECT_EQ(std::ranges::count(plan.stages, Stage::bandwidth), 0);
  EXPECT_LT(plan.latency_duration, Plan{}.latency_duration);
}

TEST(CheckOptions, TakeAnIpv6Address) {
  auto words = with({});
  words[1] = "[::]:7443";
  EXPECT_TRUE(read_check_options(words)->listen.address().is_v6());
}

TEST(CheckOptions, AllowOneClusterWithin) {
  EXPECT_TRUE(read_check_options(
                  {"--listen", "0.0.0.0:1", "--tls", "/", "--expect", "east=3", "--mesh", "within"})
                  .has_value());
}

TEST(CheckOptions, SeeTheFormatOfAWrongCommandLine) {
  EXPECT_EQ(wanted_format({"--bogus", "-o", "json"}), OutputFormat::json);
  EXPECT_EQ(wanted_format({"-ojson"}), OutputFormat::json);
  EXPECT_EQ(wanted_format({"-o", "text", "json"}), OutputFormat::text);
}

TEST(CheckOptions, ReportEveryMistakeOfAPlanWithItsPlace) {
  auto const file = std::filesystem::temp_directory_path() / "leadline_check_options_test.yaml";
  std::ofstream{file} << "wait: soon\ntimeout: 10m\nmesh: round\n";
  try {
    read_check_options(with({"--plan", file.string()}));
    ADD_FAILURE() << "was accepted";
  } catch (UsageError const& e) {
    std::string const text = e.what();
    EXPECT_NE(text.find(".yaml:1:"), std::string::npos) << text;
    EXPECT_NE(text.find(".yaml:3:"), std::string::npos) << text;
  }
  std::filesystem::remove(file);
}

struct Bad {
  Words words;
  std::string says;
};

void PrintTo(Bad const& bad, std::ostream* out) {
  *out << bad.says;
}

class BadCheckOptions : public testing::TestWithParam<Bad> {};

TEST_P(BadCheckOptions, AreRefusedWithTheReason) {
  try {
    read_check_options(GetParam().words);
    FAIL() << "was accepted";
  } catch (UsageError const& e) {
    EXPECT_NE(std::string{e.what()}.find(GetParam().says), std::string::npos) << e.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadCheckOptions,
    testing::Values(
        Bad{with({"--frobnicate"}), "frobnicate"}, Bad{with({"stray"}), "check"},
        Bad{with({"--expect", "east=x"}), "east=x"}, Bad{with({"--expect", "east=3"}), "twice"},
        Bad{with({"--stages", "reach,sonar"}), "sonar"}, Bad{with({"--mesh", "round"}), "round"},
        Bad{with({"--pairs", "sample:0"}), "--pairs"},
        Bad{with({"-o", "xml"}), "neither text nor json"}, Bad{with({"--wait", "1m0s"}), "--wait"},
        Bad{with({"--max-rate", "10"}), "--max-rate"},
        Bad{with({"--max-rate", "0bit"}), "--max-rate: '0bit' is too little"},
        Bad{with({"--max-rate", "999kbit"}), "1 Mbit/s at least"},
        Bad{with({"--max-bytes", "0B"}), "--max-bytes: '0B' would let nothing be sent"},
        Bad{with({"--wait", "25h"}), "--wait: '25h' is out of range"},
        Bad{with({"--timeout", "0s"}), "--timeout: '0s' is out of range"},
        Bad{with({"--expect", "east.eu=1"}), "east.eu=1"},
        Bad{with({"--max-bytes", "64 gigs"}), "--max-bytes"},
        Bad{with({"--plan", "/does/not/exist"}), "/does/not/exist: No such file"},
        Bad{with({"--plan", "/"}), "cannot read /: it is a directory"},
        Bad{{"--listen", "127.0.0.1:7443", "--expect", "east=1", "--expect", "west=1"}, "--tls"},
        Bad{{"--tls", "/", "--expect", "east=1", "--expect", "west=1"}, "--listen"},
        Bad{{"--listen", "host:7443", "--tls", "/", "--expect", "a=1", "--expect", "b=1"},
            "not an IP"},
        Bad{{"--listen", "127.0.0.1:0", "--tls", "/", "--expect", "a=1", "--expect", "b=1"},
            "not a port"},
        Bad{{"--listen", "127.0.0.1:70000", "--tls", "/", "--expect", "a=1", "--expect", "b=1"},
            "not a port"},
        Bad{{"--listen", "127.0.0.1:1", "--tls", "/", "--expect", "east=3"}, "within"},
        Bad{{"--listen", "127.0.0.1:1", "--tls", "/"}, "expect"}));
}  // namespace
}  // namespace leadline
