#include "agent/allowance.hpp"

#include <algorithm>

namespace leadline::agent {
namespace {
namespace ip = boost::asio::ip;

ip::address unmapped(ip::address const& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

bool is_of_one_machine(ip::address const& address) {
  if (address.is_loopback() || address.is_unspecified() || address.is_multicast()) return false;
  if (address.is_v6()) return !address.to_v6().is_link_local();
  static Network const link_local{ip::make_address("169.254.0.0"), 16};
  return !link_local.contains(address) && address.to_v4() != ip::address_v4::broadcast();
}
}  // namespace

bool may_probe(ip::address const& target, std::vector<Network> const& allowed) {
  auto const address = unmapped(target);
  if (allowed.empty()) return is_of_one_machine(address);
  return std::ranges::any_of(allowed,
                             [&](Network const& range) { return range.contains(address); });
}

bool may_probe_endpoint(std::string const& endpoint, std::vector<Network> const& allowed) {
  auto host = endpoint.substr(0, endpoint.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  auto const address = ip::make_address(host, error);
  return !error && may_probe(address, allowed);
}
}  // namespace leadline::agent
