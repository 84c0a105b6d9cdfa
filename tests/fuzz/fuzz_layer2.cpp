// Any frame on the migration interface: beacons and claims, with and without a tag that the kernel
// took off; also beacons with a signature that fits.
#include "probes/beacon_log.hpp"
#include "probes/claim_frames.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>

namespace {
using namespace leadline;

RunKey const key = RunKey::from_hex(std::string(64, '7'));

/// The same octets as the payload of a signed beacon: what an agent that has gone mad could send.
std::array<std::byte, Beacon::octets> sign(std::span<std::byte const> raw) {
  std::array<std::byte, Beacon::octets> packed{};
  std::ranges::copy(raw.first(std::min(raw.size(), Beacon::octets - RunKey::tag_octets)),
                    packed.begin());
  auto const tag = key.sign(std::span{packed}.first(Beacon::octets - RunKey::tag_octets));
  std::ranges::copy(tag, packed.end() - RunKey::tag_octets);
  return packed;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 2) return 0;
  auto const tag = static_cast<std::uint16_t>(data[0] << 8U | data[1]);
  auto const stripped = tag == 0 ? std::nullopt : std::optional{tag};
  auto const raw = std::as_bytes(std::span{data, size}).subspan(2);
  BeaconLog log{{.run = 7, .key = key, .self = 1}};
  log.take(raw, stripped);
  if (auto const frame = read_ethernet(raw, stripped))
    log.take(write_ethernet({.destination = frame->destination,
                             .source = frame->source,
                             .vlans = frame->vlans,
                             .ethertype = beacon_ethertype,
                             .payload = sign(frame->payload)}),
             std::nullopt);
  BroadcastDomain::Result result;
  log.tell(result);
  for (auto const& heard : result.heard)
    if (heard.sender == 1 || heard.count < 1) std::abort();
  (void)read_claim(raw, stripped);
  if (auto const signed_beacon = decode_beacon(sign(raw), key)) {
    auto const octets = encode(*signed_beacon, key);
    auto const frame = read_ethernet(octets);
    if (!frame || decode_beacon(frame->payload, key) != signed_beacon) std::abort();
  }
  return 0;
}
