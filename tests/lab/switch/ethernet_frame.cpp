#include "tests/lab/switch/ethernet_frame.hpp"

namespace leadline::lab {
namespace {
std::uint64_t read_octets(std::span<std::byte const> bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value = (value << 8U) | std::to_integer<std::uint64_t>(bytes[at + i]);
  return value;
}
}  // namespace

std::optional<EthernetHeader> parse_ethernet(std::span<std::byte const> frame) {
  constexpr std::uint16_t tag_protocol = 0x8100;
  if (frame.size() < 14) return std::nullopt;
  EthernetHeader header{.destination = read_octets(frame, 0, 6),
                        .source = read_octets(frame, 6, 6),
                        .vlan = std::nullopt,
                        .ether_type = static_cast<std::uint16_t>(read_octets(frame, 12, 2)),
                        .octets = 14};
  if (header.ether_type != tag_protocol) return header;
  if (frame.size() < 18) return std::nullopt;
  header.vlan = static_cast<std::uint16_t>(read_octets(frame, 14, 2) & 0xfffU);
  header.ether_type = static_cast<std::uint16_t>(read_octets(frame, 16, 2));
  header.octets = 18;
  return header;
}

bool is_icmp_error(std::uint16_t ether_type, std::span<std::byte const> packet) {
  if (ether_type == 0x0800 && packet.size() >= 20 && packet[9] == std::byte{1}) {
    auto const header_octets = 4 * (std::to_integer<std::size_t>(packet[0]) & 0xfU);
    return packet.size() > header_octets && packet[header_octets] == std::byte{3};
  }
  if (ether_type == 0x86dd && packet.size() > 40 && packet[6] == std::byte{58})
    return packet[40] == std::byte{1} || packet[40] == std::byte{2};
  return false;
}
}  // namespace leadline::lab
