#include "coordinator/observations.hpp"

#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace leadline {
namespace {
using nlohmann::json;

/// What a real reach probe says of a peer that a firewall guards.
Observation guarded() {
  Reach::Result reach{.source = "10.0.0.1", .target = "10.0.0.2", .udp_sent = 3};
  reach.route = {.found = true, .interface = "migration0", .gateway = "10.0.0.254"};
  reach.udp = {.port = 45000, .outcome = Outcome::silent, .elapsed_ms = 4000.25};
  reach.tcp = {{.port = 50000,
                .outcome = Outcome::prohibited,
                .elapsed_ms = 0.125,
                .system_error = "No route to host",
                .evidence = IcmpEvidence{},
                .answered_by = NodeIndex{3},
                .source_seen = "10.0.0.1:50000"}};
  reach.tcp.front().evidence->offender = "10.0.0.254";
  reach.hops = {{.distance = 1, .address = "10.0.0.254", .rtt_ms = 0.5}, {.distance = 2}};
  return {.source = 4,
          .target = 7,
          .family = Family::ipv6,
          .probe = "reach",
          .status = Status::fail,
          .reason = "rejected by a firewall at 10.0.0.254",
          .result = reach};
}

TEST(Observations, AreGivenBackAsTheyWere) {
  Observations kept;
  auto const first = guarded();
  Observation const second{.source = 4,
                           .target = 7,
                           .probe = "tls",
                           .status = Status::skipped,
                           .reason = "the peer was not reached"};
  kept.push_back(first);
  kept.push_back(second);
  std::vector<Observation> back;
  for (auto const& seen : kept) back.push_back(seen);
  ASSERT_EQ(back.size(), 2);
  EXPECT_EQ(json(back[0]), json(first));
  EXPECT_EQ(json(back[1]), json(second));
}

TEST(Observations, OfEveryProbeAreGivenBackAsTheyWere) {
  SurveyMaker maker;
  Observations kept;
  json before = json::array();
  for (auto const& seen : maker.survey().pairs.front().observations) {
    before.push_back(seen);
    kept.push_back(seen);
  }
  json after = json::array();
  for (auto const& seen : kept) after.push_back(seen);
  EXPECT_EQ(before.size(), 10);
  EXPECT_EQ(after, before);
}

TEST(Observations, TellWithoutUnpackingWhatTheyAreAbout) {
  Observations kept;
  kept.push_back(guarded());
  auto const label = kept.begin().label();
  EXPECT_EQ(probe_at(label.probe), "reach");
  EXPECT_EQ(label.status, Status::fail);
  EXPECT_EQ(label.family, Family::ipv6);
  EXPECT_TRUE(label.measured);
}

TEST(Observations, OfAnUnknownProbeAreRefused) {
  Observations kept;
  EXPECT_THROW(kept.push_back({.source = 0, .target = 1, .probe = "sonar"}), std::invalid_argument);
  EXPECT_TRUE(kept.empty());
}

TEST(Observations, OfPairsThatShareADictionaryAreToldApart) {
  auto const dictionary = std::make_shared<Dictionary>();
  std::vector<Observations> pairs(3, Observations{dictionary});
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto seen = guarded();
    seen.target = static_cast<NodeIndex>(i);
    seen.reason = "reason " + std::to_string(i);
    pairs[i].push_back(seen);
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_EQ((*pairs[i].begin()).target, i);
    EXPECT_EQ((*pairs[i].begin()).reason, "reason " + std::to_string(i));
  }
}
}  // namespace
}  // namespace leadline
