#include "probes/wire/preamble.hpp"

#include "probes/wire/octets.hpp"

namespace leadline {
namespace {
constexpr std::uint32_t preamble_magic = 0x4c444c54;  // "LDLT"
constexpr std::uint32_t welcome_magic = 0x4c444c57;   // "LDLW"
constexpr std::size_t signed_octets = Preamble::octets - RunKey::tag_octets;

tl::expected<OctetReader, std::string> verified(std::span<std::byte const> packed,
                                                RunKey const& key, std::uint32_t magic) {
  if (packed.size() != Preamble::octets) return tl::unexpected(std::string{"wrong length"});
  OctetReader in{packed};
  if (in.get<std::uint32_t>() != magic) return tl::unexpected(std::string{"not ours"});
  if (!key.verifies(packed.first(signed_octets), packed.subspan(signed_octets)))
    return tl::unexpected(std::string{"bad signature"});
  return in;
}
}  // namespace

Preamble::Packed encode(Preamble const& p, RunKey const& key) {
  Preamble::Packed packed{};
  OctetWriter out{packed};
  out.put(preamble_magic);
  out.put(static_cast<std::uint8_t>(p.purpose));
  out.put(p.run);
  out.put(p.source);
  out.put(p.target);
  out.put(p.session);
  out.put(p.parameter);
  out.put(p.nonce);
  auto const tag = key.sign(std::span{packed}.first(signed_octets));
  std::ranges::copy(tag, packed.begin() + signed_octets);
  return packed;
}

Welcome::Packed encode(Welcome const& w, RunKey const& key) {
  Welcome::Packed packed{};
  OctetWriter out{packed};
  out.put(welcome_magic);
  out.put(static_cast<std::uint8_t>(w.status));
  out.put(w.answered_by);
  out.put(w.nonce);
  out.put(w.seen_address);
  out.put(w.seen_port);
  auto const tag = key.sign(std::span{packed}.first(signed_octets));
  std::ranges::copy(tag, packed.begin() + signed_octets);
  return packed;
}

tl::expected<Preamble, std::string> decode_preamble(std::span<std::byte const> packed,
                                                    RunKey const& key) {
  return verified(packed, key, preamble_magic).map([](OctetReader in) {
    Preamble p;
    p.purpose = static_cast<Preamble::Purpose>(in.get<std::uint8_t>());
    p.run = in.get<std::uint64_t>();
    p.source = in.get<std::uint16_t>();
    p.target = in.get<std::uint16_t>();
    p.session = in.get<std::uint32_t>();
    p.parameter = in.get<std::uint64_t>();
    p.nonce = in.get<std::uint64_t>();
    return p;
  });
}

tl::expected<Welcome, std::string> decode_welcome(std::span<std::byte const> packed,
                                                  RunKey const& key) {
  return verified(packed, key, welcome_magic).map([](OctetReader in) {
    Welcome w;
    w.status = static_cast<Welcome::Status>(in.get<std::uint8_t>());
    w.answered_by = in.get<std::uint16_t>();
    w.nonce = in.get<std::uint64_t>();
    w.seen_address = in.get_address();
    w.seen_port = in.get<std::uint16_t>();
    return w;
  });
}
}  // namespace leadline
