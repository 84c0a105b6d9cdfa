#pragma once
#include "probes/core/network.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <vector>

namespace leadline::agent {

/// May this agent send to that address? With --allow, what lies in its ranges. Without, whatever
/// the coordinator names (the addresses of the run's peers, and the plan's 9185 addresses) as long
/// as a machine of a network can have it: peers may be in subnets that no agent knows of
/// beforehand, so their own word cannot be the limit, but loopback, link-local, multicast and the
/// like never are. An IPv4 address in IPv6's clothes (RFC 4291, 2.5.5.2) counts as what it is.
bool may_probe(boost::asio::ip::address const& target, std::vector<Network> const& allowed);

/// The same of "10.0.0.1:9185" or "[fd00::1]:9185"; never of what is no address.
bool may_probe_endpoint(std::string const& endpoint, std::vector<Network> const& allowed);
}  // namespace leadline::agent
