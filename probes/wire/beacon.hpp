#pragma once
#include "probes/wire/datagram.hpp"
#include "probes/wire/ethernet_frame.hpp"
#include "probes/wire/run_key.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace leadline {

/// IEEE 802 "Local Experimental Ethertype 1": no switch or host gives it a meaning.
constexpr std::uint16_t beacon_ethertype = 0x88b5;

/// A signed broadcast frame that tells every node which hears it who sent it, and with which tag.
struct Beacon {
  RunId run{};
  NodeIndex sender{};
  std::optional<VlanId> sent_vlan;  ///< the tag it left with; empty: untagged
  std::uint16_t sequence{};
  MacAddress source{};  ///< of the interface that it left by

  bool operator==(Beacon const&) const = default;

  static constexpr std::size_t octets = 40;
};

/// The whole frame, 60 octets, to everybody.
std::vector<std::byte> encode(Beacon const& beacon, RunKey const& key);

/// From the payload of a frame. The error says what is wrong ("short", "not ours",
/// "bad signature"); nothing of an unsigned beacon is looked at.
tl::expected<Beacon, std::string> decode_beacon(std::span<std::byte const> payload,
                                                RunKey const& key);
}  // namespace leadline
