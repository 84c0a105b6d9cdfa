#include "probes/core/quantity.hpp"

#include <gtest/gtest.h>

#include <array>

namespace leadline {
namespace {
using namespace std::chrono_literals;

TEST(Quantity, ReadsDurations) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("0s"), 0ms);
  EXPECT_EQ(parse_duration("0.25s"), 250ms);
  EXPECT_EQ(parse_duration("1ms"), 1ms);
  EXPECT_EQ(parse_duration("100h"), 100h);
  EXPECT_EQ(parse_duration("60000ms"), 1min);
  EXPECT_EQ(parse_duration("007s"), 7s);
}

TEST(Quantity, RefusesWhatIsNotADuration) {
  for (auto const* bad : {"", "10", "s", "1m0s", "-5s", "+5s", " 5s", "5 s", "5sec", "1e3s", "1.s"})
    EXPECT_NE(parse_duration(bad).error().find("ms, s, m or h"), std::string::npos) << bad;
  EXPECT_NE(parse_duration("99999999999999999999h").error().find("too large"), std::string::npos);
  EXPECT_NE(parse_duration("0.2ms").error().find("1ms is the least"), std::string::npos);
}

TEST(Quantity, ReadsRates) {
  EXPECT_EQ(parse_rate("400Mbit"), BitRate{400e6});
  EXPECT_EQ(parse_rate("10Gbit"), BitRate{10e9});
  EXPECT_EQ(parse_rate("9.4Gbit/s"), BitRate{9.4e9});
  EXPECT_EQ(parse_rate("64kbit"), BitRate{64e3});
  EXPECT_EQ(parse_rate("1Tbit"), BitRate{1e12});
  EXPECT_EQ(parse_rate("100bit/s"), BitRate{100});
}

TEST(Quantity, RefusesWhatIsNotARate) {
  for (auto const* bad : {"10", "10G", "10GB", "10gbit", "-1Mbit", "10 Gbit", "nanGbit", "/s"})
    EXPECT_NE(parse_rate(bad).error().find("Mbit"), std::string::npos) << bad;
  EXPECT_NE(parse_rate("9999999Tbit").error().find("too large"), std::string::npos);
}

TEST(Quantity, ReadsSizes) {
  EXPECT_EQ(parse_size("256KiB"), Bytes{262144});
  EXPECT_EQ(parse_size("2GB"), Bytes{2000000000});
  EXPECT_EQ(parse_size("1500B"), Bytes{1500});
  EXPECT_EQ(parse_size("1.5MiB"), Bytes{1572864});
  EXPECT_EQ(parse_size("1TiB"), Bytes{1099511627776});
  EXPECT_EQ(parse_size("0B"), Bytes{0});
}

TEST(Quantity, RefusesWhatIsNotASize) {
  for (auto const* bad : {"64 gigs", "64", "64G", "64Gi", "64gb", "-1B", "1.2.3GB", "0x10B"})
    EXPECT_NE(parse_size(bad).error().find("KiB"), std::string::npos) << bad;
  EXPECT_NE(parse_size("99999TiB").error().find("too large"), std::string::npos);
}

TEST(Quantity, IsWrittenForPeople) {
  EXPECT_EQ(format(BitRate{9.4e9}), "9.4 Gbit/s");
  EXPECT_EQ(format(BitRate{400e6}), "400 Mbit/s");
  EXPECT_EQ(format(BitRate{0}), "0 bit/s");
  EXPECT_EQ(format(BitRate{999.97e6}), "1 Gbit/s");
  EXPECT_EQ(format(Bytes{2000000000}), "2 GB");
  EXPECT_EQ(format(Bytes{256000}), "256 kB");
  EXPECT_EQ(format(Bytes{1536}), "1.5 kB");
  EXPECT_EQ(format(250ms), "250 ms");
  EXPECT_EQ(format(1500ms), "1.5 s");
  EXPECT_EQ(format(125s), "2 min 5 s");
  EXPECT_EQ(format(120s), "2 min");
  EXPECT_EQ(format(3h), "3 h");
  EXPECT_EQ(format(-2500us), "-2.5 ms");
  EXPECT_EQ(format(16us), "16 us");
  EXPECT_EQ(format(0ns), "0 s");
  EXPECT_TRUE(format(std::chrono::nanoseconds::min()).starts_with("-2562047 h"));
  EXPECT_EQ(format_microseconds(250), "250 us");
  EXPECT_EQ(format_microseconds(1e300), "720 h");
  EXPECT_EQ(format_microseconds(-1e300), "-720 h");
}
}  // namespace
}  // namespace leadline
