#pragma once
#include "probes/core/error.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>

namespace leadline {

/// The MTU of the interface that holds this address (getifaddrs, SIOCGIFMTU).
/// Error: the stage "configuration" when no interface holds it.
Expected<std::uint32_t> interface_mtu(boost::asio::ip::address const& address);
}  // namespace leadline
