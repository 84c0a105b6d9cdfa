#include "probes/wire/message.hpp"

#include "probes/wire/frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace leadline {
namespace {
std::string hello_of_this_protocol(std::string const& rest) {
  return R"({"type":"hello","version":"9.0","protocol":)" + std::to_string(protocol_version) + "," +
         rest + "}";
}

RC_GTEST_PROP(Frame, ComesBackForAnySplitOfTheStream, ()) {
  auto const payloads = *rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::arbitrary<std::string>()));
  std::string stream;
  for (auto const& payload : payloads) stream += frame(payload);
  FrameReader reader{1U << 20U};
  std::vector<std::string> got;
  while (!stream.empty()) {
    auto const cut = *rc::gen::inRange<std::size_t>(1, stream.size() + 1);
    reader.feed(stream.substr(0, cut));
    stream.erase(0, cut);
    for (auto next = reader.next(); next.value(); next = reader.next()) got.push_back(**next);
  }
  RC_ASSERT(got == payloads);
}

TEST(Frame, IsRefusedAboveTheLimitBeforeItIsRead) {
  FrameReader reader{1000};
  reader.feed(std::string_view{"\x7f\xff\xff\xff", 4});  // 2 GiB announced
  EXPECT_FALSE(reader.next().has_value());
}

TEST(Frame, IsRefusedWhenEmpty) {
  FrameReader reader{1000};
  reader.feed(std::string_view{"\0\0\0\0", 4});
  EXPECT_FALSE(reader.next().has_value());
}

TEST(Message, ComesBackAsItWas) {
  Batch batch{.run = 7,
              .batch = 3,
              .probes = {Reach{}, Latency{.under_load = true}},
              .targets = {{.peer = 4, .family = Family::ipv6}},
              .concurrency = 8,
              .together = true};
  auto const text = encode(CoordinatorMessage{batch});
  auto const back = decode_coordinator_message(text);
  ASSERT_TRUE(back.has_value()) << back.error();
  EXPECT_EQ(encode(*back), text);
  auto const& got = std::get<Batch>(*back);
  EXPECT_EQ(got.targets, batch.targets);
  EXPECT_TRUE(std::get<Latency>(got.probes.at(1)).under_load);
}

TEST(Message, IsAHelloOfAnotherProtocolWhateverElseItSays) {
  auto const message = decode_agent_message(
      R"({"type": "hello", "protocol": 99, "version": "9.0", "node": 7, "place": {"rack": "r1"}})");
  ASSERT_TRUE(message.has_value()) << message.error();
  auto const& hello = std::get<Hello>(*message);
  EXPECT_EQ(hello.protocol, 99);
  EXPECT_EQ(hello.version, "9.0");
  EXPECT_EQ(hello.node, "");
  EXPECT_FALSE(decode_agent_message(hello_of_this_protocol(R"("cluster": "east", "node": 7)")));
}

TEST(Message, CarriesAnObservationWithItsResult) {
  Latency::Result latency;
  latency.sent = 600;
  latency.rtt_p50_us = 41.5;
  Observation const seen{.source = 1,
                         .target = 2,
                         .family = Family::ipv4,
                         .probe = "latency",
                         .status = Status::ok,
                         .reason = "fine",
                         .result = latency};
  auto const back = decode_agent_message(
      encode(AgentMessage{Observed{.run = 1, .batch = 2, .observations = {seen}}}));
  ASSERT_TRUE(back.has_value()) << back.error();
  auto const& observation = std::get<Observed>(*back).observations.at(0);
  EXPECT_EQ(std::get<Latency::Result>(observation.result.value()).sent, 600);
  EXPECT_EQ(observation.status, Status::ok);
}

TEST(Message, AcceptedHasNoFields) {
  EXPECT_TRUE(decode_coordinator_message(encode(CoordinatorMessage{Accepted{}})).has_value());
}

struct Bad {
  std::string text;
  std::string says;
};

class BadMessage : public testing::TestWithParam<Bad> {};

TEST_P(BadMessage, IsRefusedWithTheReason) {
  auto const got = decode_agent_message(GetParam().text);
  ASSERT_FALSE(got.has_value());
  EXPECT_NE(got.error().find(GetParam().says), std::string::npos) << got.error();
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadMessage,
    testing::Values(
        Bad{"", "parse error"}, Bad{"{", "parse error"}, Bad{"[]", "type"}, Bad{"{}", "type"},
        Bad{R"({"type":7})", "type must be string"},
        Bad{R"({"type":"teleport"})", "unknown message type 'teleport'"},
        Bad{hello_of_this_protocol(R"("cluster":"east")"), "node"},
        Bad{R"({"type":"hello","protocol":"one","version":"","cluster":"","node":""})", "number"},
        Bad{R"({"type":"stop","run":1})", "unknown message type 'stop'"},
        Bad{std::string(100000, '['), "nested too deep"},
        Bad{R"({"type":"batch_done","run":1,"batch":8e38,"busy":false})",
            "a whole number from 0 to 4294967295 must stand in place of 8e+38"},
        Bad{R"({"type":"batch_done","run":-1,"batch":1,"busy":false})",
            "18446744073709551615 must stand in place of -1"},
        Bad{R"({"type":"batch_done","run":1,"batch":[2],"busy":false})", "in place of array"},
        Bad{R"({"type":"observed","run":1,"batch":1,"observations":[[0,1,"ipv4","sonar","ok","",[]]]})",
            "unknown probe 'sonar'"},
        Bad{R"({"type":"observed","run":1,"batch":1,"observations":[{"source":0}]})",
            "an observation is not an array of 6 or 7"},
        Bad{R"({"type":"observed","run":1,"batch":1,"observations":[[0,1,"ipv4","tls","ok","",[true]]]})",
            "an array of 15 fields is missing"}));
}  // namespace
}  // namespace leadline
