#include "probes/wire/datagram.hpp"

#include "probes/wire/octets.hpp"

namespace leadline {
namespace {
constexpr std::uint32_t magic = 0x4c444c31;  // "LDL1"
constexpr std::size_t signed_octets = Datagram::octets - RunKey::tag_octets;
}  // namespace

Datagram::Packed encode(Datagram const& d, RunKey const& key) {
  Datagram::Packed packed{};
  OctetWriter out{packed};
  out.put(magic);
  out.put(static_cast<std::uint8_t>(d.kind));
  out.put(static_cast<std::uint8_t>(d.purpose));
  out.put(d.packet_octets);
  out.put(d.run);
  out.put(d.source);
  out.put(d.target);
  out.put(d.session);
  out.put(d.sequence);
  out.put(d.sent_ns);
  out.put(d.received_ns);
  out.put(d.answered_ns);
  out.put(d.received_count);
  out.put(d.answered_by);
  out.put(d.seen_octets);
  out.put(d.seen_ttl);
  out.put(d.seen_tos);
  out.put(d.seen_port);
  out.put(d.seen_address);
  out.put(d.answerer_drops);
  out.put(key.sign(std::span{packed}.first(signed_octets)));
  return packed;
}

tl::expected<Datagram, std::string> decode_datagram(std::span<std::byte const> packet,
                                                    RunKey const& key) {
  if (packet.size() < Datagram::octets) return tl::unexpected(std::string{"short"});
  OctetReader in{packet};
  if (in.get<std::uint32_t>() != magic) return tl::unexpected(std::string{"not ours"});
  if (!key.verifies(packet.first(signed_octets), packet.subspan(signed_octets, RunKey::tag_octets)))
    return tl::unexpected(std::string{"bad signature"});
  Datagram d;
  d.kind = static_cast<Datagram::Kind>(in.get<std::uint8_t>());
  d.purpose = static_cast<Datagram::Purpose>(in.get<std::uint8_t>());
  d.packet_octets = in.get<std::uint16_t>();
  d.run = in.get<std::uint64_t>();
  d.source = in.get<std::uint16_t>();
  d.target = in.get<std::uint16_t>();
  d.session = in.get<std::uint32_t>();
  d.sequence = in.get<std::uint32_t>();
  d.sent_ns = in.get<std::uint64_t>();
  d.received_ns = in.get<std::uint64_t>();
  d.answered_ns = in.get<std::uint64_t>();
  d.received_count = in.get<std::uint32_t>();
  d.answered_by = in.get<std::uint16_t>();
  d.seen_octets = in.get<std::uint16_t>();
  d.seen_ttl = in.get<std::uint8_t>();
  d.seen_tos = in.get<std::uint8_t>();
  d.seen_port = in.get<std::uint16_t>();
  d.seen_address = in.get_address();
  d.answerer_drops = in.get<std::uint32_t>();
  return d;
}
}  // namespace leadline
