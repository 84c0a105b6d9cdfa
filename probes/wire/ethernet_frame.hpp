#pragma once
#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace leadline {

/// An IEEE 802 address of 48 bits.
using MacAddress = std::array<std::byte, 6>;

inline constexpr MacAddress broadcast_mac{std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                                          std::byte{0xff}, std::byte{0xff}, std::byte{0xff}};
/// "02:00:0a:c8:01:01".
std::string format(MacAddress const& mac);

/// 1 to 4094 (IEEE 802.1Q: 0 is a frame with a priority only, 4095 is reserved).
using VlanId = std::uint16_t;

constexpr bool is_vlan_id(long id) {
  return id >= 1 && id <= 4094;
}

constexpr std::uint16_t customer_tag = 0x8100;  ///< IEEE 802.1Q
constexpr std::uint16_t service_tag = 0x88a8;   ///< IEEE 802.1ad

/// A frame as a packet socket hands it out: NICs and the kernel take the outermost tag off and tell
/// it beside the frame, but not all do.
struct EthernetFrame {
  MacAddress destination{};
  MacAddress source{};
  std::vector<VlanId> vlans;  ///< outermost first; a tag without a VLAN (ID 0) is left out
  std::uint16_t ethertype{};  ///< behind the tags
  std::span<std::byte const> payload;
};

/// `stripped` is the tag control information that the kernel took off, if it did. Error: "short",
/// "more than 4 tags". The payload points into `octets`.
tl::expected<EthernetFrame, std::string> read_ethernet(
    std::span<std::byte const> octets, std::optional<std::uint16_t> stripped = std::nullopt);

/// The frame for the wire, padded to 60 octets; its VLANs as 802.1Q tags.
std::vector<std::byte> write_ethernet(EthernetFrame const& frame);
}  // namespace leadline
