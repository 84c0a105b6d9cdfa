#pragma once
#include "probes/core/checked_json.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>

namespace leadline {

/// How this node's kernel would send to the peer (rtnetlink RTM_GETROUTE).
struct RouteChoice {
  bool found{};
  std::string interface;
  std::string gateway;  ///< empty: on link
  std::string preferred_source;
  std::uint32_t mtu{};  ///< 0: the interface's
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RouteChoice, found, interface, gateway, preferred_source, mtu)

/// The choice for packets from `source` (policy rules may look at it; unspecified: any) to
/// `target`. Without a usable route, `found == false`.
RouteChoice route_between(boost::asio::ip::address const& source,
                          boost::asio::ip::address const& target);
}  // namespace leadline
