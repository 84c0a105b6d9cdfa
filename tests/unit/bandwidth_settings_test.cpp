#include "probes/bandwidth.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace leadline {
namespace {
using namespace std::chrono_literals;

struct Objection {
  char const* words;
  std::function<void(Bandwidth&)> change;
};

TEST(BandwidthSettings, AreObjectedToWithTheValueAndWhatIsAllowed) {
  std::vector<Objection> const rows{
      {"0 streams, allowed are 1 to 32", [](Bandwidth& b) { b.streams = 0; }},
      {"33 streams", [](Bandwidth& b) { b.streams = 33; }},
      {"99 ms, allowed are 100 to 60000", [](Bandwidth& b) { b.duration_ms = 99ms; }},
      {"61000 ms", [](Bandwidth& b) { b.duration_ms = 61s; }},
      {"warm-up of -1 ms", [](Bandwidth& b) { b.warm_up_ms = -1ms; }},
      {"rate limit of -1 bit/s", [](Bandwidth& b) { b.rate_limit_bits_per_second = {-1}; }},
      {"'Cubic;'", [](Bandwidth& b) { b.congestion = "Cubic;"; }},
      {"'averyveryverylongname'", [](Bandwidth& b) { b.congestion = "averyveryverylongname"; }},
      {"DSCP 64, allowed are 0 to 63", [](Bandwidth& b) { b.dscp = 64; }},
      {"DSCP -1", [](Bandwidth& b) { b.dscp = -1; }},
      {"MSS of 87 octets, allowed are 88 to 32767", [](Bandwidth& b) { b.mss = 87; }},
      {"MSS of 40000", [](Bandwidth& b) { b.mss = 40000; }},
      {"cipher 'rc4', known are aes128gcm", [](Bandwidth& b) { b.cipher = "rc4"; }},
      {"records of 511 octets, allowed are 512 to 16384",
       [](Bandwidth& b) { b.record_octets = 511; }},
      {"records of 16385", [](Bandwidth& b) { b.record_octets = 16385; }}};
  for (auto const& row : rows) {
    Bandwidth probe;
    row.change(probe);
    EXPECT_NE(objection_to(probe).find(row.words), std::string::npos) << objection_to(probe);
  }
}

TEST(BandwidthSettings, AreTakenAtTheirBounds) {
  std::vector<std::function<void(Bandwidth&)>> const rows{
      [](Bandwidth&) {},
      [](Bandwidth& b) { b.streams = 32; },
      [](Bandwidth& b) { b.duration_ms = 60s; },
      [](Bandwidth& b) { b.rate_limit_bits_per_second = {1e15}; },
      [](Bandwidth& b) { b.byte_limit_bytes = {~std::uint64_t{0}}; },
      [](Bandwidth& b) { b.congestion = "system"; },
      [](Bandwidth& b) { b.congestion = "dctcp-2"; },
      [](Bandwidth& b) { b.dscp = 63; },
      [](Bandwidth& b) { b.mss = 88; },
      [](Bandwidth& b) { b.mss = 32767; },
      [](Bandwidth& b) { b.cipher = "chacha20"; },
      [](Bandwidth& b) { b.record_octets = 512; }};
  for (auto const& change : rows) {
    Bandwidth probe;
    change(probe);
    EXPECT_EQ(objection_to(probe), "");
  }
}

TEST(BandwidthResult, ComesBackFromJson) {
  Bandwidth::Result result;
  result.transport = Transport::tls;
  result.mode = BulkMode::verify;
  result.rate_bits_per_second = 5e9;
  result.limit = "receive_window";
  result.reverse = BulkFlow{};
  result.reverse->rate_bits_per_second = 4e9;
  result.reverse->timeline.at_ms = {100, 200};
  nlohmann::json const text = result;
  auto const back = text.get<Bandwidth::Result>();
  EXPECT_EQ(nlohmann::json(back), text);
  EXPECT_EQ(back.reverse.value().rate_bits_per_second, 4e9);
  EXPECT_EQ(back.mode, BulkMode::verify);
  result.reverse.reset();
  EXPECT_FALSE(nlohmann::json(result).get<Bandwidth::Result>().reverse.has_value());
}

TEST(BandwidthAssessment, FollowsFromTheCounters) {
  Bandwidth::Result result;
  EXPECT_EQ(assess(result).status, Status::fail);
  result.transferred_bytes = 1000;
  EXPECT_EQ(assess(result).status, Status::inconclusive);
  result.measured_seconds = 1;
  result.rate_bits_per_second = 9.4e9;
  result.streams = 8;
  EXPECT_EQ(assess(result).status, Status::ok);
  EXPECT_NE(assess(result).reason.find("8 TCP streams"), std::string::npos);
  result.limit = "sender_cpu";
  EXPECT_NE(assess(result).reason.find("CPU of the source"), std::string::npos);
  result.limit = "rate_limit";
  EXPECT_NE(assess(result).reason.find("own rate limit"), std::string::npos);
  result.reverse = BulkFlow{};
  result.reverse->rate_bits_per_second = 1e9;
  EXPECT_NE(assess(result).reason.find("1 Gbit/s back"), std::string::npos);
  EXPECT_EQ(assess(result).status, Status::ok);
  result.reverse->limit = "sender_starved";
  result.reverse->limit_detail = "too busy";
  EXPECT_EQ(assess(result).status, Status::inconclusive);
  EXPECT_NE(assess(result).reason.find("too busy"), std::string::npos);
}
}  // namespace
}  // namespace leadline
