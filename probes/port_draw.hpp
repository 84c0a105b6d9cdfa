#pragma once
#include <cstdint>
#include <random>

namespace leadline {

/// Ports from `first` to `last`, both included.
struct PortRange {
  std::uint16_t first{};
  std::uint16_t last{};
  bool operator==(PortRange const&) const = default;
};

/// The `part`-th of `parts` about equal pieces of a range: a firewall that passes only some of it
/// is then seen. Pieces overlap where the range holds fewer ports than pieces.
PortRange piece(PortRange range, int part, int parts);

/// Any port of the range.
std::uint16_t draw_port(PortRange range, std::mt19937& random);
}  // namespace leadline
