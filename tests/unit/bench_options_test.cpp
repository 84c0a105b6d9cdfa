#include "coordinator/bench_options.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leadline {
namespace {
using namespace std::chrono_literals;

Words with(Words more) {
  Words words{"--listen", "127.0.0.1:7443", "--tls",    "/tls",
              "--expect", "east=3",         "--expect", "west=2"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(BenchOptions, HaveTheirDefaults) {
  auto const options = read_bench_options(with({}));
  ASSERT_TRUE(options);
  EXPECT_EQ(options->plan.streams, (std::vector{1, 8}));
  EXPECT_EQ(options->plan.transports, (std::vector<std::string>{"tcp", "tls"}));
  EXPECT_EQ(options->plan.bulk_modes, (std::vector{BulkMode::ceiling, BulkMode::migration}));
  EXPECT_EQ(options->plan.bandwidth_duration, 10s);
  EXPECT_FALSE(options->plan.latency_under_load);
  EXPECT_EQ(options->format, ThroughputFormat::text);
}

TEST(BenchOptions, AreRead) {
  auto const options = read_bench_options(with({"--streams",
                                                "1,4,32",
                                                "--transport",
                                                "tcp",
                                                "--mode",
                                                "ceiling,verify",
                                                "--bidir",
                                                "--duration",
                                                "2s",
                                                "--cc",
                                                "cubic",
                                                "--saturate",
                                                "--max-concurrent",
                                                "1",
                                                "--repeat",
                                                "3",
                                                "-o",
                                                "csv",
                                                "--cipher",
                                                "chacha20",
                                                "--record-size",
                                                "4096",
                                                "--dscp",
                                                "46",
                                                "--mss",
                                                "1200"}));
  ASSERT_TRUE(options);
  auto const& plan = options->plan;
  EXPECT_EQ(plan.streams, (std::vector{1, 4, 32}));
  EXPECT_EQ(plan.bulk_modes, (std::vector{BulkMode::ceiling, BulkMode::verify}));
  EXPECT_TRUE(plan.bidirectional);
  EXPECT_EQ(plan.bandwidth_duration, 2s);
  EXPECT_EQ(plan.congestion, "cubic");
  EXPECT_TRUE(plan.saturate);
  EXPECT_EQ(plan.most_concurrent, 1);
  EXPECT_EQ(plan.repeat, 3);
  EXPECT_EQ(plan.cipher, "chacha20");
  EXPECT_EQ(plan.record_octets, 4096);
  EXPECT_EQ(plan.dscp, 46);
  EXPECT_EQ(plan.mss, 1200);
  EXPECT_EQ(options->format, ThroughputFormat::csv);
}

TEST(BenchOptions, SystemIsNoNameOfACongestionControl) {
  EXPECT_EQ(read_bench_options(with({"--cc", "system"}))->plan.congestion, "");
}

struct Bad {
  Words words;
  std::string says;
};

class BadBenchOptions : public testing::TestWithParam<Bad> {};

TEST_P(BadBenchOptions, AreRefusedWithTheValueAndWhatIsAllowed) {
  try {
    read_bench_options(with(GetParam().words));
    ADD_FAILURE() << "was accepted";
  } catch (UsageError const& e) {
    EXPECT_NE(std::string{e.what()}.find(GetParam().says), std::string::npos) << e.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options, BadBenchOptions,
    testing::Values(Bad{{"--streams", "0"}, "'0' is not a whole number of 1 to 32"},
                    Bad{{"--streams", "1,x"}, "'x' is not a whole number"},
                    Bad{{"--streams", "1,,8"}, "'' is not a whole number"},
                    Bad{{"--streams", "8,8"}, "'8' is given twice"},
                    Bad{{"--transport", "udp"}, "neither tcp nor tls"},
                    Bad{{"--mode", "fast"}, "none of ceiling, migration, verify"},
                    Bad{{"--duration", "1m0s"}, "--duration"},
                    Bad{{"--duration", "100ms"}, "not between 500ms and 1m"},
                    Bad{{"--cc", "Cubic!"}, "--cc: 'Cubic!'"},
                    Bad{{"--cipher", "rc4"}, "'rc4' is none of aes128gcm, aes256gcm, chacha20"},
                    Bad{{"--record-size", "511"}, "512 to 16384"}, Bad{{"--dscp", "64"}, "0 to 63"},
                    Bad{{"--mss", "40"}, "88 to 32767"},
                    Bad{{"--max-concurrent", "0"}, "1 to 10000"},
                    Bad{{"--repeat", "-1"}, "1 to 32"},
                    Bad{{"--repeat", "9"}, "make 54 tests a pair, allowed are 32"},
                    Bad{{"-o", "xml"}, "none of text, json, csv"}, Bad{{"--quick"}, "--quick"}));
}  // namespace
}  // namespace leadline
