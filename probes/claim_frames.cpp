#include "probes/claim_frames.hpp"

#include "probes/wire/octets.hpp"

#include <algorithm>
#include <array>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

namespace leadline {
namespace ip = boost::asio::ip;

namespace {
constexpr std::size_t arp_octets = 28;
constexpr std::size_t ipv6_header_octets = 40;
constexpr std::size_t neighbour_octets = 24;  // ICMPv6 header, flags and target
constexpr std::uint8_t undiminished = 255;    // RFC 4861, 7.1: anything less has passed a router

std::vector<std::byte> arp_probe(ip::address_v4 const& address, MacAddress const& asker) {
  std::array<std::byte, arp_octets> packet{};
  OctetWriter out{packet};
  out.put(std::uint16_t{ARPHRD_ETHER});
  out.put(std::uint16_t{ETHERTYPE_IP});
  out.put(std::uint8_t{6});
  out.put(std::uint8_t{4});
  out.put(std::uint16_t{ARPOP_REQUEST});
  out.put(asker);
  out.put(std::uint32_t{0});
  out.put(MacAddress{});
  out.put(std::uint32_t{address.to_uint()});
  return write_ethernet({.destination = broadcast_mac,
                         .source = asker,
                         .vlans = {},
                         .ethertype = ETHERTYPE_ARP,
                         .payload = packet});
}

/// RFC 1071.
std::uint16_t checksum(std::span<std::byte const> octets, std::uint32_t sum) {
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2)
    sum += std::to_integer<std::uint32_t>(octets[i]) << 8U |
           std::to_integer<std::uint32_t>(octets[i + 1]);
  while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

std::vector<std::byte> neighbour_solicitation(ip::address_v6 const& address,
                                              MacAddress const& asker) {
  auto const target = address.to_bytes();
  std::array<std::uint8_t, 16> group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff};
  std::copy(target.end() - 3, target.end(), group.end() - 3);
  MacAddress destination{std::byte{0x33}, std::byte{0x33}, std::byte{0xff}};
  std::transform(target.end() - 3, target.end(), destination.end() - 3,
                 [](std::uint8_t octet) { return std::byte{octet}; });

  std::array<std::byte, ipv6_header_octets + neighbour_octets> packet{};
  OctetWriter out{packet};
  out.put(std::uint32_t{6U << 28U});
  out.put(std::uint16_t{neighbour_octets});
  out.put(std::uint8_t{IPPROTO_ICMPV6});
  out.put(undiminished);
  out.put(ip::address{ip::address_v6::any()});
  out.put(ip::address{ip::address_v6{group}});
  out.put(std::uint8_t{ND_NEIGHBOR_SOLICIT});
  out.put(std::uint8_t{0});
  out.put(std::uint16_t{0});  // the checksum, below
  out.put(std::uint32_t{0});
  out.put(ip::address{address});
  constexpr std::size_t addresses_at = 8;
  constexpr std::size_t checksum_at = ipv6_header_octets + 2;
  auto const sum =
      checksum(std::span{packet}.subspan(addresses_at), neighbour_octets + IPPROTO_ICMPV6);
  OctetWriter{std::span{packet}.subspan(checksum_at)}.put(sum);
  return write_ethernet({.destination = destination,
                         .source = asker,
                         .vlans = {},
                         .ethertype = ETHERTYPE_IPV6,
                         .payload = packet});
}

std::optional<ClaimSeen> read_arp(std::span<std::byte const> payload) {
  if (payload.size() < arp_octets) return std::nullopt;
  OctetReader in{payload};
  bool const ethernet_and_ipv4 = in.get<std::uint16_t>() == ARPHRD_ETHER &&
                                 in.get<std::uint16_t>() == ETHERTYPE_IP &&
                                 in.get<std::uint16_t>() == 0x0604;
  if (!ethernet_and_ipv4) return std::nullopt;
  in.get<std::uint16_t>();  // request or reply: the sender's address is his claim in both
  ClaimSeen claim;
  claim.mac = in.get_octets<6>();
  ip::address_v4 const sender{in.get<std::uint32_t>()};
  if (sender.is_unspecified()) return std::nullopt;
  claim.address = sender;
  return claim;
}

std::optional<ClaimSeen> read_advertisement(EthernetFrame const& frame) {
  constexpr std::size_t least = ipv6_header_octets + neighbour_octets;
  if (frame.payload.size() < least) return std::nullopt;
  OctetReader in{frame.payload};
  bool const ipv6 = in.get<std::uint32_t>() >> 28U == 6;
  in.get<std::uint16_t>();
  bool const icmp = in.get<std::uint8_t>() == IPPROTO_ICMPV6;
  bool const from_the_link = in.get<std::uint8_t>() == undiminished;
  in.get_address();
  in.get_address();
  bool const advertisement = in.get<std::uint8_t>() == ND_NEIGHBOR_ADVERT;
  if (!ipv6 || !icmp || !from_the_link || !advertisement) return std::nullopt;
  in.get<std::uint8_t>();
  in.get<std::uint16_t>();
  in.get<std::uint32_t>();
  ClaimSeen claim{.address = in.get_address(), .mac = frame.source};
  // The target's own link-layer address, where it says one: a proxy sends from another.
  constexpr std::size_t option_octets = 8;
  if (frame.payload.size() >= least + option_octets &&
      in.get<std::uint16_t>() == (ND_OPT_TARGET_LINKADDR << 8U | 1U))
    claim.mac = in.get_octets<6>();
  return claim;
}
}  // namespace

std::vector<std::byte> question_frame(ip::address const& address, MacAddress const& asker) {
  return address.is_v4() ? arp_probe(address.to_v4(), asker)
                         : neighbour_solicitation(address.to_v6(), asker);
}

std::optional<ClaimSeen> read_claim(std::span<std::byte const> octets,
                                    std::optional<std::uint16_t> stripped_tag) {
  auto const frame = read_ethernet(octets, stripped_tag);
  if (!frame || !frame->vlans.empty()) return std::nullopt;
  if (frame->ethertype == ETHERTYPE_ARP) return read_arp(frame->payload);
  if (frame->ethertype == ETHERTYPE_IPV6) return read_advertisement(*frame);
  return std::nullopt;
}
}  // namespace leadline
