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

struct Translation {
  char const* name;
  std::string udp;  ///< the address and port that the peer saw
  std::string tcp;
  std::string evidence;  ///< empty: nothing to say
};

class Translations : public testing::TestWithParam<Translation> {};

TEST_P(Translations, AreSeenByWhicheverProtocol) {
  auto maker = SurveyMaker{1, 1}.dual();
  Observation seen;
  seen.source = maker.node("east/n1");
  seen.target = maker.node("west/n1");
  auto seen_by_peer = result("", "", 64);
  seen_by_peer.udp = {.outcome = Outcome::answered, .source_seen = GetParam().udp};
  seen_by_peer.tcp = {{.outcome = Outcome::answered, .source_seen = GetParam().tcp}};
  Symptoms symptoms;
  PathReader{maker.survey()}.read(seen, seen_by_peer, symptoms);
  if (GetParam().evidence.empty()) {
    EXPECT_TRUE(symptoms.found.empty());
    return;
  }
  ASSERT_EQ(symptoms.found.size(), 1U);
  EXPECT_EQ(symptoms.found.front().kind->code, "PATH_NAT");
  EXPECT_EQ(symptoms.found.front().evidence, GetParam().evidence);
}

INSTANTIATE_TEST_SUITE_P(
    Path, Translations,
    testing::Values(
        Translation{"none", "10.100.0.1:4", "10.100.0.1:5", ""},
        Translation{"ipv6", "[fd00::1]:4", "[fd00::1]:5", ""}, Translation{"silent", "", "", ""},
        Translation{"both", "192.0.2.1:4", "192.0.2.1:5",
                    "east/n1 -> west/n1 (IPv4): the peer saw 192.0.2.1:4, not 10.100.0.1 or "
                    "fd00::1"},
        Translation{"tcp", "10.100.0.1:4", "192.0.2.1:5",
                    "east/n1 -> west/n1 (IPv4): the peer saw 192.0.2.1:5 by TCP, not 10.100.0.1 or "
                    "fd00::1"}),
    [](auto const& tested) { return std::string{tested.param.name}; });

/// The evidence for a path MTU of 1450 over two routers.
std::string limit_of_1450(MtuLimit limit, std::string const& signalled_by) {
  SurveyMaker maker{1, 1};
  SurveyMaker::Where const from_east = [](auto const& source, auto const&) {
    return source == "east/n1";
  };
  maker.spoil<Reach>(from_east, [](Observation&, Reach::Result& r) {
    r.hops = {{.distance = 1, .address = "10.0.0.1"},
              {.distance = 2, .address = "10.0.0.2"},
              {.distance = 3, .address = "10.100.1.1"}};
  });
  maker.spoil<PathMtu>(from_east, [&](Observation&, PathMtu::Result& r) {
    r.path_mtu_octets = 1450;
    r.smallest_lost_octets = 1451;
    r.limit = limit;
    r.ttl_seen = 62;
    r.signalled_by = signalled_by;
    r.signalled_mtu_octets = signalled_by.empty() ? 0 : 1450;
  });
  Symptoms symptoms;
  read_path_mtu(maker.survey(), symptoms);
  return symptoms.found.empty() ? std::string{} : symptoms.found.front().evidence;
}

TEST(Path, ALimitIsPlacedOnTheTracedWay) {
  std::string const seen =
      "east/n1 -> west/n1: 1450 octets arrive, 1451 are lost; interfaces 1500 and 1500, TTL 62 at "
      "the peer, kernel believes 0; ";
  EXPECT_EQ(limit_of_1450(MtuLimit::signalled, "10.0.0.1"),
            seen + "10.0.0.1 says 1450 by ICMP, between hop 1 10.0.0.1 and hop 2 10.0.0.2");
  EXPECT_EQ(limit_of_1450(MtuLimit::signalled, "10.100.1.1"),
            seen + "10.100.1.1 says 1450 by ICMP, behind hop 3 10.100.1.1");
  EXPECT_EQ(limit_of_1450(MtuLimit::signalled, "10.9.9.9"), seen + "10.9.9.9 says 1450 by ICMP");
  EXPECT_EQ(limit_of_1450(MtuLimit::silent, ""), seen + "trace: 10.0.0.1 10.0.0.2 10.100.1.1");
}
}  // namespace
}  // namespace leadline
