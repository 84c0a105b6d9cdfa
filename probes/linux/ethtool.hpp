#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace leadline {

/// What the driver claims of the link (ETHTOOL_GLINKSETTINGS), bits per second; 0: it does not say,
/// or makes it up, as those of the kinds "veth" and "bridge" do. (What lies on a veth repeats its
/// word, and is believed.)
std::uint64_t link_speed_bits_per_second(std::string const& interface, std::string const& kind);

/// Which work the driver takes over: "tso", "gso", "gro", "lro", "rx_checksum", "tx_checksum".
/// A switch that the driver does not know is left out.
std::map<std::string, bool> link_offloads(std::string const& interface);
}  // namespace leadline
