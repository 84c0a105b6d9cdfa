#include "coordinator/symptoms_path.hpp"

#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace leadline {
namespace {
/// One answer on the way from east/n1 to west/n1, and what it says.
struct Way {
  char const* name;
  Reach::Result result;
  std::string code;  ///< empty: nothing to say
  std::string evidence;
};

constexpr auto own = "02:00:00:00:02:01";
constexpr auto rewritten = "02:00:00:00:0f:01";
constexpr auto of_another = "02:00:00:00:02:02";
constexpr auto nobodys = "02:00:00:00:ee:ee";

Reach::Result result(std::string const& mac, std::string const& gateway, int ttl) {
  Reach::Result made;
  made.target = "10.200.2.1";
  made.route = {.found = true,
                .interface = "migration0",
                .gateway = gateway,
                .preferred_source = {},
                .mtu = 0};
  made.next_hop_mac = mac;
  made.ttl_seen = made.ttl_received = ttl;
  made.tos_sent = made.tos_seen = 0;
  return made;
}

Reach::Result asymmetric() {
  auto made = result(nobodys, "10.200.1.254", 64);
  made.ttl_received = 62;
  return made;
}

class Ways : public testing::TestWithParam<Way> {};

TEST_P(Ways, SaysWhoCarriesThePackets) {
  SurveyMaker maker{2, 2};
  maker.facts("west/n1").interface.mac = own;
  maker.facts("west/n2").interface.mac = of_another;
  BroadcastDomain::Result heard;
  heard.heard = {{.sender = maker.node("west/n1"), .rewritten_mac = rewritten}};
  Observation beacons;
  beacons.probe = std::string{BroadcastDomain::name};
  beacons.result = heard;
  maker.survey().node_observations.push_back(beacons);
  Observation seen;
  seen.source = maker.node("east/n1");
  seen.target = maker.node("west/n1");

  Symptoms symptoms;
  PathReader{maker.survey()}.read(seen, GetParam().result, symptoms);
  if (GetParam().code.empty()) {
    EXPECT_TRUE(symptoms.found.empty()) << symptoms.found.front().evidence;
    return;
  }
  ASSERT_EQ(symptoms.found.size(), 1U);
  EXPECT_EQ(symptoms.found.front().kind->code, GetParam().code);
  EXPECT_EQ(symptoms.found.front().severity, Severity::info);
  EXPECT_EQ(symptoms.found.front().evidence, GetParam().evidence);
}

INSTANTIATE_TEST_SUITE_P(
    Path, Ways,
    testing::Values(Way{"on_link", result(own, "", 64), "", ""},
                    Way{"rewritten_on_the_way", result(rewritten, "", 64), "", ""},
                    Way{"no_mac_known", result("", "", 64), "", ""},
                    Way{"routed", result(nobodys, "10.200.1.254", 63), "PATH_ROUTED",
                        "east/n1 -> west/n1: TTL 63 at the peer, 1 hops"},
                    Way{"routed_back_only", asymmetric(), "PATH_ASYMMETRIC",
                        "east/n1 -> west/n1: 0 hops there, 2 back"},
                    Way{"another_nodes", result(of_another, "", 64), "PATH_FOREIGN_MAC",
                        "east/n1 -> west/n1: 10.200.2.1 is on link, its frames go to "
                        "02:00:00:00:02:02, that of "
                        "west/n2; the peer's own is 02:00:00:00:02:01"},
                    Way{"nobodys", result(nobodys, "", 64), "PATH_FOREIGN_MAC",
                        "east/n1 -> west/n1: 10.200.2.1 is on link, its frames go to "
                        "02:00:00:00:ee:ee, unknown "
                        "here; the peer's own is 02:00:00:00:02:01"}),
    [](auto const& tested) { return std::string{tested.param.name}; });

TEST(Path, ProxyArpIsTwoNotes) {
  SurveyMaker maker{1, 1};
  maker.facts("west/n1").interface.mac = own;
  Observation seen;
  seen.source = maker.node("east/n1");
  seen.target = maker.node("west/n1");
  Symptoms symptoms;
  PathReader{maker.survey()}.read(seen, result(nobodys, "", 63), symptoms);
  ASSERT_EQ(symptoms.found.size(), 2U);
  EXPECT_EQ(symptoms.found[0].kind->code, "PATH_ROUTED");
  EXPECT_NE(symptoms.found[1].evidence.find("a router's (proxy ARP)"), std::string::npos)
      << symptoms.found[1].evidence;
}
}  // namespace
}  // namespace leadline
