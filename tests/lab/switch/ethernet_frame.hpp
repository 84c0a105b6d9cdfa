#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace leadline::lab {

/// What a switch looks at in a frame (IEEE 802.3, 802.1Q); addresses are 48 bits in the low end.
struct EthernetHeader {
  std::uint64_t destination{};
  std::uint64_t source{};
  std::optional<std::uint16_t> vlan;  ///< of an 802.1Q tag; 0 is a priority tag
  std::uint16_t ether_type{};
  std::size_t octets{};  ///< 14, or 18 with a tag: where the payload begins
};

/// Nothing if the frame is too short to be one.
std::optional<EthernetHeader> parse_ethernet(std::span<std::byte const> frame);

/// Broadcast or multicast: the lowest bit of the first octet.
constexpr bool is_group(std::uint64_t address) {
  return ((address >> 40U) & 1U) != 0;
}

constexpr bool is_ip(std::uint16_t ether_type) {
  return ether_type == 0x0800 || ether_type == 0x86dd;
}

/// ICMP type 3 (RFC 792), or ICMPv6 type 1 or 2 (RFC 4443): what a filter that "drops all ICMP"
/// takes away from path MTU discovery.
bool is_icmp_error(std::uint16_t ether_type, std::span<std::byte const> packet);

inline constexpr std::size_t vlan_tag_octets = 4;
}  // namespace leadline::lab
