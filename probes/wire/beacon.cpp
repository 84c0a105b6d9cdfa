#include "probes/wire/beacon.hpp"

#include "probes/wire/octets.hpp"

#include <array>

namespace leadline {
namespace {
constexpr std::uint32_t magic = 0x4c444231;  // "LDB1"
constexpr std::uint16_t untagged = 0xffff;
constexpr std::size_t signed_octets = Beacon::octets - RunKey::tag_octets;
}  // namespace

std::vector<std::byte> encode(Beacon const& beacon, RunKey const& key) {
  std::array<std::byte, Beacon::octets> packed{};
  OctetWriter out{packed};
  out.put(magic);
  out.put(beacon.run);
  out.put(beacon.sender);
  out.put(beacon.sent_vlan.value_or(untagged));
  out.put(beacon.sequence);
  out.put(beacon.source);
  out.put(key.sign(std::span{packed}.first(signed_octets)));
  EthernetFrame frame{.destination = broadcast_mac,
                      .source = beacon.source,
                      .vlans = {},
                      .ethertype = beacon_ethertype,
                      .payload = packed};
  if (beacon.sent_vlan) frame.vlans.push_back(*beacon.sent_vlan);
  return write_ethernet(frame);
}

tl::expected<Beacon, std::string> decode_beacon(std::span<std::byte const> payload,
                                                RunKey const& key) {
  if (payload.size() < Beacon::octets) return tl::unexpected(std::string{"short"});
  OctetReader in{payload};
  if (in.get<std::uint32_t>() != magic) return tl::unexpected(std::string{"not ours"});
  if (!key.verifies(payload.first(signed_octets),
                    payload.subspan(signed_octets, RunKey::tag_octets)))
    return tl::unexpected(std::string{"bad signature"});
  Beacon beacon;
  beacon.run = in.get<std::uint64_t>();
  beacon.sender = in.get<std::uint16_t>();
  if (auto const vlan = in.get<std::uint16_t>(); vlan != untagged) beacon.sent_vlan = vlan;
  beacon.sequence = in.get<std::uint16_t>();
  beacon.source = in.get_octets<6>();
  return beacon;
}
}  // namespace leadline
