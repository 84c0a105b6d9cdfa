#pragma once
#include "probes/wire/ethernet_frame.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace leadline {

/// Somebody says on the wire that an address is his.
struct ClaimSeen {
  boost::asio::ip::address address;
  MacAddress mac{};
};

/// The frame that asks who holds an address and leaves no trace in any cache: an ARP probe with the
/// sender address 0.0.0.0 (RFC 5227, 2.1.1), or a neighbour solicitation from :: to the
/// solicited-node group (RFC 4861, 4.3), which its holder answers to all nodes.
std::vector<std::byte> question_frame(boost::asio::ip::address const& address,
                                      MacAddress const& asker);

/// What an ARP packet (RFC 826) or a neighbour advertisement (RFC 4861, 4.4) claims; empty for
/// everything else, for what is malformed, and for frames of another VLAN.
std::optional<ClaimSeen> read_claim(std::span<std::byte const> octets,
                                    std::optional<std::uint16_t> stripped_tag);
}  // namespace leadline
