#include "probes/wire/beacon.hpp"

#include "probes/beacon_log.hpp"
#include "probes/wire/ethernet_frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace leadline {
namespace {
constexpr MacAddress some_mac{std::byte{0x02}, std::byte{}, std::byte{},
                              std::byte{},     std::byte{}, std::byte{0x17}};

Beacon beacon_of(NodeIndex sender, std::optional<VlanId> vlan, std::uint16_t sequence = 0) {
  return {.run = 7, .sender = sender, .sent_vlan = vlan, .sequence = sequence, .source = some_mac};
}

/// As the kernel hands it out: the outermost tag beside the frame.
struct Stripped {
  std::vector<std::byte> octets;
  std::uint16_t tag{};
};

Stripped strip(std::vector<std::byte> frame) {
  Stripped stripped{.octets = std::move(frame)};
  stripped.tag = static_cast<std::uint16_t>(std::to_integer<unsigned>(stripped.octets[14]) << 8U |
                                            std::to_integer<unsigned>(stripped.octets[15]));
  stripped.octets.erase(stripped.octets.begin() + 12, stripped.octets.begin() + 16);
  return stripped;
}

std::vector<std::byte> octets_of(std::vector<unsigned> const& values) {
  std::vector<std::byte> octets;
  for (auto const value : values) octets.push_back(static_cast<std::byte>(value));
  return octets;
}

TEST(EthernetFrame, IsReadWithAnyTags) {
  struct Case {
    std::string about;
    std::vector<unsigned> from_the_type_on;
    std::optional<std::uint16_t> stripped;
    std::vector<VlanId> vlans;
    std::uint16_t ethertype;
    std::size_t payload;
  };

  for (auto const& [about, rest, stripped, vlans, ethertype, payload] : std::vector<Case>{
           {"untagged", {0x88, 0xb5, 1, 2}, {}, {}, 0x88b5, 2},
           {"inline 802.1Q", {0x81, 0x00, 0x00, 0x64, 0x88, 0xb5}, {}, {100}, 0x88b5, 0},
           {"with a priority", {0x81, 0x00, 0xe0, 0x64, 0x88, 0xb5}, {}, {100}, 0x88b5, 0},
           {"priority alone", {0x81, 0x00, 0xe0, 0x00, 0x88, 0xb5}, {}, {}, 0x88b5, 0},
           {"802.1ad with 802.1Q inside",
            {0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x08, 0x06},
            {},
            {5, 6},
            0x0806,
            0},
           {"stripped by the kernel", {0x88, 0xb5}, 0x2064, {100}, 0x88b5, 0},
           {"stripped, one more inside", {0x81, 0, 0, 6, 0x88, 0xb5}, 5, {5, 6}, 0x88b5, 0}}) {
    std::vector<unsigned> values(12, 0xaa);
    values.insert(values.end(), rest.begin(), rest.end());
    auto const octets = octets_of(values);
    auto const frame = read_ethernet(octets, stripped);
    ASSERT_TRUE(frame) << about;
    EXPECT_EQ(frame->vlans, vlans) << about;
    EXPECT_EQ(frame->ethertype, ethertype) << about;
    EXPECT_EQ(frame->payload.size(), payload) << about;
  }
}

TEST(EthernetFrame, TooShortOrTooDeepIsRefused) {
  std::vector<unsigned> tagged(12, 0);
  for (int i = 0; i < 5; ++i) tagged.insert(tagged.end(), {0x81, 0x00, 0x00, 0x01});
  tagged.insert(tagged.end(), {0x88, 0xb5});
  EXPECT_EQ(read_ethernet(octets_of(tagged)).error(), "more than 4 tags");
  auto const whole = encode(beacon_of(1, 100), RunKey::random());
  for (std::size_t n = 0; n < 18; ++n)
    EXPECT_FALSE(read_ethernet(std::span{whole}.first(n))) << n << " octets";
  EXPECT_TRUE(read_ethernet(std::span{whole}.first(18)));
}

TEST(Beacon, ComesBackAsItWasSent) {
  auto const key = RunKey::random();
  for (auto const vlan :
       {std::optional<VlanId>{}, std::optional<VlanId>{1}, std::optional<VlanId>{4094}}) {
    auto const sent = beacon_of(513, vlan, 2);
    auto const octets = encode(sent, key);
    EXPECT_EQ(octets.size(), 60U);
    auto const frame = read_ethernet(octets);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->destination, broadcast_mac);
    EXPECT_EQ(frame->source, some_mac);
    auto const received = decode_beacon(frame->payload, key);
    ASSERT_TRUE(received);
    EXPECT_EQ(*received, sent);
  }
}

RC_GTEST_PROP(Beacon, RandomOctetsAreNeverTaken, (std::vector<std::uint8_t> const& values)) {
  std::vector<std::byte> octets;
  for (auto const value : values) octets.push_back(std::byte{value});
  RC_ASSERT(!decode_beacon(octets, RunKey::random()));
}

RC_GTEST_PROP(Beacon, OneChangedBitIsForged, ()) {
  auto const key = RunKey::random();
  auto octets = encode(beacon_of(3, std::nullopt), key);
  auto const bit = *rc::gen::inRange<std::size_t>(0, Beacon::octets * 8);
  octets[14 + bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
  RC_ASSERT(!decode_beacon(std::span{octets}.subspan(14), key));
}

class Log : public testing::Test {
 protected:
  BroadcastDomain::Result told() const {
    BroadcastDomain::Result result;
    log_.tell(result);
    return result;
  }

  RunKey key_ = RunKey::random();
  BeaconLog log_{{.run = 7, .key = key_, .self = 1}};
};

TEST_F(Log, TellsWhoWasHeardWithWhichTag) {
  log_.take(encode(beacon_of(2, std::nullopt, 0), key_), std::nullopt);
  log_.take(encode(beacon_of(2, std::nullopt, 1), key_), std::nullopt);
  auto const tagged = strip(encode(beacon_of(2, 100), key_));
  log_.take(tagged.octets, tagged.tag);
  log_.take(encode(beacon_of(3, std::nullopt), key_), 200);
  auto const result = told();
  ASSERT_EQ(result.heard.size(), 3U);
  EXPECT_EQ(result.heard[0].sender, 2);
  EXPECT_EQ(result.heard[0].sent_vlan, std::nullopt);
  EXPECT_EQ(result.heard[0].seen_vlan, std::nullopt);
  EXPECT_EQ(result.heard[0].count, 2);
  EXPECT_EQ(result.heard[0].rewritten_mac, "");
  EXPECT_EQ(result.heard[1].sent_vlan, 100);
  EXPECT_EQ(result.heard[1].seen_vlan, 100);
  EXPECT_EQ(result.heard[2].sender, 3);
  EXPECT_EQ(result.heard[2].seen_vlan, 200);
}

TEST_F(Log, IgnoresAndCountsWhatIsForgedOrPlayedBack) {
  auto const real = encode(beacon_of(2, std::nullopt), key_);
  log_.take(real, std::nullopt);
  log_.take(real, std::nullopt);
  log_.take(encode(beacon_of(2, std::nullopt), RunKey::random()), std::nullopt);
  auto other_run = beacon_of(2, std::nullopt);
  other_run.run = 8;
  log_.take(encode(other_run, key_), std::nullopt);
  log_.take(encode(beacon_of(1, std::nullopt), key_), std::nullopt);
  for (std::size_t n = 0; n < real.size(); ++n)  // truncated: those without a whole beacon
    if (n < 14 + Beacon::octets) log_.take(std::span{real}.first(n), std::nullopt);
  auto const result = told();
  ASSERT_EQ(result.heard.size(), 1U);
  EXPECT_EQ(result.heard.front().count, 1);
  EXPECT_EQ(result.repeated, 1);
  EXPECT_EQ(result.returned, 1);
  EXPECT_EQ(result.forged, 2 + static_cast<int>(Beacon::octets));
}

TEST_F(Log, SeesThatTheNetworkRewritesTheSource) {
  auto octets = encode(beacon_of(2, std::nullopt), key_);
  octets[11] = std::byte{0x99};
  log_.take(octets, std::nullopt);
  ASSERT_EQ(told().heard.size(), 1U);
  EXPECT_EQ(told().heard.front().rewritten_mac, "02:00:00:00:00:99");
}

TEST(BroadcastDomainProbe, SaysWhyItDidNotRun) {
  EXPECT_EQ(assess(BroadcastDomain::Result{.skipped = "a packet socket takes CAP_NET_RAW"}),
            (Assessment{.status = Status::skipped, .reason = "a packet socket takes CAP_NET_RAW"}));
  BroadcastDomain::Result result{.sent = 3};
  result.heard = {{.sender = 1}, {.sender = 1, .sent_vlan = 100}, {.sender = 4}};
  result.forged = 2;
  EXPECT_EQ(assess(result).status, Status::ok);
  EXPECT_EQ(assess(result).reason,
            "3 beacons sent, those of 2 nodes heard, 2 without this run's signature ignored");
}
}  // namespace
}  // namespace leadline
