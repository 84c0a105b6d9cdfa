#include "probes/wire/ethernet_frame.hpp"

#include "probes/wire/octets.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline {
namespace {
constexpr std::size_t addresses_octets = 12;
constexpr std::size_t tag_octets = 4;
constexpr std::size_t least_octets = 60;  // IEEE 802.3, without the check sequence
constexpr std::size_t most_tags = 4;

void note_tag(EthernetFrame& frame, std::uint16_t control_information) {
  constexpr std::uint16_t id_bits = 0xfff;
  auto const id = static_cast<VlanId>(control_information & id_bits);
  if (is_vlan_id(id)) frame.vlans.push_back(id);
}
}  // namespace

std::string format(MacAddress const& mac) {
  std::string text;
  for (auto const octet : mac)
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", std::to_integer<unsigned>(octet));
  return text;
}

tl::expected<EthernetFrame, std::string> read_ethernet(std::span<std::byte const> octets,
                                                       std::optional<std::uint16_t> stripped) {
  if (octets.size() < addresses_octets + 2) return tl::unexpected(std::string{"short"});
  OctetReader in{octets};
  EthernetFrame frame;
  frame.destination = in.get_octets<6>();
  frame.source = in.get_octets<6>();
  if (stripped) note_tag(frame, *stripped);
  for (std::size_t tags = 0;; ++tags) {
    frame.ethertype = in.get<std::uint16_t>();
    if (frame.ethertype != customer_tag && frame.ethertype != service_tag) break;
    if (tags == most_tags) return tl::unexpected(std::string{"more than 4 tags"});
    if (octets.size() < in.position() + tag_octets) return tl::unexpected(std::string{"short"});
    note_tag(frame, in.get<std::uint16_t>());
  }
  frame.payload = octets.subspan(in.position());
  return frame;
}

std::vector<std::byte> write_ethernet(EthernetFrame const& frame) {
  auto const head = addresses_octets + frame.vlans.size() * tag_octets + 2;
  std::vector<std::byte> octets(std::max(least_octets, head + frame.payload.size()));
  OctetWriter out{octets};
  out.put(frame.destination);
  out.put(frame.source);
  for (auto const vlan : frame.vlans) {
    out.put(customer_tag);
    out.put(vlan);
  }
  out.put(frame.ethertype);
  out.put(frame.payload);
  return octets;
}
}  // namespace leadline
