#include "probes/claim_frames.hpp"

#include "probes/address_claims.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

MacAddress mac(unsigned last) {
  return {std::byte{0x02}, std::byte{}, std::byte{}, std::byte{}, std::byte{}, std::byte(last)};
}

std::string hex(std::span<std::byte const> octets) {
  std::string text;
  constexpr auto* digits = "0123456789abcdef";
  for (auto const octet : octets) {
    text += digits[std::to_integer<unsigned>(octet) >> 4U];
    text += digits[std::to_integer<unsigned>(octet) & 15U];
  }
  return text;
}

TEST(QuestionFrame, IsAnArpProbe) {
  auto const frame = question_frame(ip::make_address("10.200.1.2"), mac(7));
  EXPECT_EQ(hex(std::span{frame}.first(42)),
            "ffffffffffff"
            "020000000007"
            "0806"
            "0001080006040001"
            "020000000007"
            "00000000"
            "000000000000"
            "0ac80102");
  EXPECT_EQ(frame.size(), 60U);
}

TEST(QuestionFrame, IsANeighbourSolicitationFromNobody) {
  auto const frame = question_frame(ip::make_address("fd00:200::12:3456"), mac(7));
  auto const text = hex(frame);
  EXPECT_EQ(text.substr(0, 28),
            "3333ff123456"
            "020000000007"
            "86dd");
  EXPECT_EQ(text.substr(28, 16), "6000000000183aff");
  EXPECT_EQ(text.substr(44, 32), std::string(32, '0')) << "from ::";
  EXPECT_EQ(text.substr(76, 32), "ff0200000000000000000001ff123456");
  EXPECT_EQ(text.substr(108, 4), "8700");
  EXPECT_EQ(text.substr(124, 32), "fd000200000000000000000000123456");
  // RFC 1071: with its checksum in place the sum over everything is all ones.
  std::uint32_t sum = 24 + 58;
  for (std::size_t i = 14 + 8; i + 1 < 14 + 64; i += 2)
    sum += std::to_integer<std::uint32_t>(frame[i]) << 8U |
           std::to_integer<std::uint32_t>(frame[i + 1]);
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  EXPECT_EQ(sum, 0xffffU);
}

/// An ARP packet with these addresses, as it would come back.
std::vector<std::byte> arp(std::byte operation, ip::address_v4 sender, MacAddress from) {
  auto frame = question_frame(ip::make_address("10.200.1.9"), from);
  frame[21] = operation;
  auto const octets = sender.to_bytes();
  for (std::size_t i = 0; i < 4; ++i) frame[28 + i] = std::byte{octets.at(i)};
  return frame;
}

std::vector<std::byte> advertisement(ip::address_v6 const& target, MacAddress from,
                                     std::optional<MacAddress> option) {
  auto frame = question_frame(target, from);
  frame[54] = std::byte{136};
  frame.resize(14 + 64);
  if (option) {
    frame.push_back(std::byte{2});
    frame.push_back(std::byte{1});
    frame.insert(frame.end(), option->begin(), option->end());
  }
  return frame;
}

TEST(ReadClaim, ArpClaimsTheSendersAddress) {
  auto const address = ip::make_address_v4("10.200.1.5");
  for (auto const operation : {std::byte{1}, std::byte{2}}) {
    auto const claim = read_claim(arp(operation, address, mac(3)), std::nullopt);
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->address, ip::address{address});
    EXPECT_EQ(claim->mac, mac(3));
  }
  EXPECT_FALSE(read_claim(arp(std::byte{1}, {}, mac(3)), std::nullopt)) << "a probe claims nothing";
  EXPECT_FALSE(read_claim(arp(std::byte{2}, address, mac(3)), 200)) << "of another VLAN";
  EXPECT_TRUE(read_claim(arp(std::byte{2}, address, mac(3)), 0)) << "a priority is no VLAN";
}

TEST(ReadClaim, AnAdvertisementNamesTheHoldersMac) {
  auto const address = ip::make_address_v6("fd00::5");
  auto const plain = read_claim(advertisement(address, mac(3), std::nullopt), std::nullopt);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->address, ip::address{address});
  EXPECT_EQ(plain->mac, mac(3));
  auto const with_option = read_claim(advertisement(address, mac(3), mac(4)), std::nullopt);
  ASSERT_TRUE(with_option);
  EXPECT_EQ(with_option->mac, mac(4));
  auto routed = advertisement(address, mac(3), mac(4));
  routed[21] = std::byte{64};
  EXPECT_FALSE(read_claim(routed, std::nullopt)) << "hop limit 64: not from this link";
  EXPECT_FALSE(read_claim(question_frame(address, mac(3)), std::nullopt)) << "a question";
}

TEST(ReadClaim, TruncatedFramesClaimNothing) {
  auto const whole_arp = arp(std::byte{2}, ip::make_address_v4("10.0.0.1"), mac(1));
  for (std::size_t n = 0; n < 42; ++n)
    EXPECT_FALSE(read_claim(std::span{whole_arp}.first(n), std::nullopt)) << n;
  auto const whole = advertisement(ip::make_address_v6("fd00::1"), mac(1), mac(2));
  for (std::size_t n = 0; n < 78; ++n)
    EXPECT_FALSE(read_claim(std::span{whole}.first(n), std::nullopt)) << n;
}

RC_GTEST_PROP(ReadClaim, TakesAnyOctets, (std::vector<std::uint8_t> const& values)) {
  constexpr std::size_t head = 14;
  std::vector<std::byte> octets(head + values.size());
  octets[12] = std::byte{0x08};
  octets[13] = std::byte{0x06};
  std::ranges::transform(values, octets.begin() + head,
                         [](auto value) { return std::byte{value}; });
  auto const claim = read_claim(octets, std::nullopt);
  if (claim) RC_ASSERT(values.size() >= 28U);
}

TEST(AddressClaimsProbe, WarnsOfTwoHolders) {
  EXPECT_EQ(assess(AddressClaims::Result{.skipped = "why"}).status, Status::skipped);
  AddressClaims::Result result{.asked = 3};
  result.claims = {{.address = "10.0.0.1", .mac = "02:00:00:00:00:01", .count = 3},
                   {.address = "10.0.0.2", .mac = "02:00:00:00:00:02", .count = 3}};
  EXPECT_EQ(assess(result).status, Status::ok);
  EXPECT_EQ(assess(result).reason, "asked for 3 addresses: 2 answered, none twice");
  result.claims.push_back({.address = "10.0.0.2", .mac = "02:00:00:00:00:03", .count = 1});
  EXPECT_EQ(assess(result).status, Status::warn);
  EXPECT_EQ(assess(result).reason,
            "10.0.0.2 is claimed by 02:00:00:00:00:02 and 02:00:00:00:00:03");
}
}  // namespace
}  // namespace leadline
