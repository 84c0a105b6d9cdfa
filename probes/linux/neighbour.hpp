#pragma once
#include <boost/asio/ip/address.hpp>

#include <string>

namespace leadline {

/// The MAC address to which this node's kernel sends frames for `address` on `interface`, by its
/// own ARP or neighbour discovery (RTM_GETNEIGH, rtnetlink(7)): of the peer on one link, of a
/// router otherwise. Empty where it has none, or has lost trust in it (NUD_FAILED, NUD_INCOMPLETE).
std::string neighbour_mac(std::string const& interface, boost::asio::ip::address const& address);
}  // namespace leadline
