#include "probes/wire/positional.hpp"

#include "probes/catalogue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leadline {
namespace {
/// Written by name as well: so that two results can be compared field by field.
template <class T>
void expect_back(T const& value) {
  auto const text = Positional::write(value).dump();
  nlohmann::json const before = value;
  nlohmann::json const after = Positional::read<T>(nlohmann::json::parse(text));
  EXPECT_EQ(after, before) << text;
  EXPECT_LT(text.size(), before.dump().size());
}

TEST(Positional, GivesEveryProbesEmptyResultBack) {
  expect_back(Reach::Result{});
  expect_back(SyncPort::Result{});
  expect_back(TlsHandshake::Result{});
  expect_back(PathMtu::Result{});
  expect_back(TcpPush::Result{});
  expect_back(Latency::Result{});
  expect_back(Bandwidth::Result{});
  expect_back(BroadcastDomain::Result{});
  expect_back(AddressClaims::Result{});
  expect_back(HostView::Result{});
}

TEST(Positional, GivesListsAndWhatMayBeAbsentBack) {
  Reach::Result reach{.source = "10.0.0.1", .target = "10.0.0.2"};
  reach.tcp = {{.port = 40000, .outcome = Outcome::answered, .answered_by = NodeIndex{7}},
               {.port = 65535,
                .outcome = Outcome::prohibited,
                .evidence = IcmpEvidence{.origin = "icmp", .offender = "10.0.0.9", .type = 3}}};
  reach.hops = {{.distance = 1, .address = "10.0.0.9", .rtt_ms = 0.25}, {.distance = 2}};
  reach.tos_seen = -1;
  expect_back(reach);
  expect_back(TlsHandshake::Result{.peer_leaf = CertificateFacts{.common_name = "a \"name\""}});
}

TEST(Positional, GivesWhatANodeHeardBack) {
  BroadcastDomain::Result heard{.interface = "migration0", .mac = "02:00:00:00:00:01", .sent = 6};
  heard.heard = {{.sender = 3, .count = 3},
                 {.sender = 65535, .sent_vlan = 100, .seen_vlan = 4094, .count = 1}};
  expect_back(heard);
  AddressClaims::Result claims{.interface = "migration0", .asked = 2};
  claims.claims = {{.address = "fd00::1", .mac = "02:00:00:00:00:01", .count = 3}};
  expect_back(claims);
}

TEST(Positional, GivesTheLinksOfAHostBack) {
  HostView::Result view;
  view.chain = {{.role = LinkRole::pod_end, .name = "migration0", .kind = "veth"},
                {.role = LinkRole::uplink,
                 .name = "eth1",
                 .master = "br1",
                 .speed_bits_per_second = 100'000'000'000,
                 .vlan_filtering = true,
                 .pvid = 1,
                 .tagged = {{.first = 2, .last = 2}, {.first = 10, .last = 4094}},
                 .untagged = {{.first = 1, .last = 1}}}};
  expect_back(view);
}

TEST(Positional, GivesBothDirectionsOfABulkTestBack) {
  Bandwidth::Result both;
  both.rate_bits_per_second = 9.4e9;
  both.transport = Transport::tls;
  both.mode = BulkMode::migration;
  both.streams = 8;
  both.cipher = "TLS_AES_128_GCM_SHA256";
  both.reverse.emplace().transferred_bytes = 1'000'000'000'000;
  expect_back(both);
}

struct Pair {
  int first{};
  std::string second;
};

TEST(Positional, RefusesWhatItWouldNotWrite) {
  EXPECT_EQ(Positional::read<Pair>(nlohmann::json::parse(R"([1,"a"])")).second, "a");
  for (auto const* text : {R"([1])", R"([1,"a",2])", R"({"first":1,"second":"a"})", "null",
                           R"(["a",1])", R"([1.5,"a"])", R"([8e38,"a"])", R"([[],"a"])"})
    EXPECT_ANY_THROW(Positional::read<Pair>(nlohmann::json::parse(text))) << text;
}
}  // namespace
}  // namespace leadline
