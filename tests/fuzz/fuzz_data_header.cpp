// Any packet on a data port: refused, unless it is signed; also with a signature that fits.
#include "probes/wire/datagram.hpp"
#include "probes/wire/preamble.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace {
using namespace leadline;

RunKey const key = RunKey::from_hex(std::string(64, '7'));

/// The same octets, signed: what an agent that has gone mad could send.
template <std::size_t N>
std::array<std::byte, N> sign(std::span<std::byte const> raw) {
  std::array<std::byte, N> packed{};
  std::ranges::copy(raw.first(std::min(raw.size(), N - RunKey::tag_octets)), packed.begin());
  auto const tag = key.sign(std::span{packed}.first(N - RunKey::tag_octets));
  std::ranges::copy(tag, packed.end() - RunKey::tag_octets);
  return packed;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const raw = std::as_bytes(std::span{data, size});
  (void)decode_datagram(raw, key);
  (void)decode_preamble(raw, key);
  (void)decode_welcome(raw, key);
  if (auto const d = decode_datagram(sign<Datagram::octets>(raw), key);
      d && decode_datagram(encode(*d, key), key) != d)
    std::abort();
  if (auto const p = decode_preamble(sign<Preamble::octets>(raw), key);
      p && decode_preamble(encode(*p, key), key) != p)
    std::abort();
  if (auto const w = decode_welcome(sign<Welcome::octets>(raw), key);
      w && decode_welcome(encode(*w, key), key) != w)
    std::abort();
  return 0;
}
