#pragma once
#include "coordinator/manifests/address_set.hpp"
#include "probes/port_draw.hpp"

#include <span>
#include <string>
#include <vector>

namespace leadline {

/// What one rule of a network policy lets pass: each of the ports with each of the addresses.
struct Passage {
  std::vector<PortRange> ports;
  AddressSet addresses;
};

/// Ports that stay closed to these addresses.
struct Blockage {
  PortRange ports;
  AddressSet addresses;
};

/// What none of the passages lets through: policies add up, and so do the rules of each. In
/// ascending order of ports; neighbours that are closed to the same addresses are one.
std::vector<Blockage> blocked(PortRange wanted, AddressSet const& peers,
                              std::span<Passage const> passages);

/// "tcp 32768 to 60999", "tcp 9185".
std::string format_tcp(PortRange ports);
}  // namespace leadline
