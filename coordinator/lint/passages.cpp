#include "coordinator/lint/passages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>

namespace leadline {
namespace {
bool opens(Passage const& passage, PortRange ports) {
  return std::ranges::any_of(passage.ports, [&](PortRange const& open) {
    return open.first <= ports.first && ports.last <= open.last;
  });
}

/// Cut where a passage begins or ends: within each piece all ports fare alike.
std::vector<PortRange> pieces_of(PortRange wanted, std::span<Passage const> passages) {
  std::set<std::uint16_t> ends{wanted.last};
  for (auto const& passage : passages)
    for (auto const& [first, last] : passage.ports) {
      if (wanted.first < first && first <= wanted.last)
        ends.insert(static_cast<std::uint16_t>(first - 1));
      if (wanted.first <= last && last < wanted.last) ends.insert(last);
    }
  std::vector<PortRange> pieces;
  auto first = wanted.first;
  for (auto const last : ends) {
    pieces.push_back({.first = first, .last = last});
    first = static_cast<std::uint16_t>(last + 1);
  }
  return pieces;
}
}  // namespace

std::vector<Blockage> blocked(PortRange wanted, AddressSet const& peers,
                              std::span<Passage const> passages) {
  std::vector<Blockage> all;
  for (auto const& piece : pieces_of(wanted, passages)) {
    auto shut_out = peers;
    for (auto const& passage : passages)
      if (opens(passage, piece)) shut_out = shut_out.without(passage.addresses);
    if (shut_out.empty()) continue;
    bool const goes_on = !all.empty() && all.back().ports.last + 1 == piece.first &&
                         all.back().addresses.ranges() == shut_out.ranges();
    if (goes_on)
      all.back().ports.last = piece.last;
    else
      all.push_back({.ports = piece, .addresses = std::move(shut_out)});
  }
  return all;
}

std::string format_tcp(PortRange ports) {
  return ports.first == ports.last ? fmt::format("tcp {}", ports.first)
                                   : fmt::format("tcp {} to {}", ports.first, ports.last);
}
}  // namespace leadline
