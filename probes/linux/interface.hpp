#pragma once
#include "probes/core/json.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace leadline {

/// An address of an interface (rtnetlink RTM_GETADDR).
struct InterfaceAddress {
  std::string address;
  int prefix_length{};
  bool global_unicast{};  ///< what virt-handler takes: neither loopback, link-local nor multicast
  bool duplicate{};       ///< IFA_F_DADFAILED: lost duplicate address detection
  bool tentative{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InterfaceAddress, address, prefix_length, global_unicast,
                                   duplicate, tentative)

/// The migration interface as the kernel shows it (rtnetlink RTM_GETLINK, ethtool).
struct InterfaceFacts {
  std::string name;
  bool present{};
  bool up{};
  bool carrier{};
  std::uint32_t carrier_changes{};
  std::uint32_t mtu_octets{};
  std::string kind;  ///< "veth", "macvlan", "tun" ...; empty: hardware
  std::string mac;
  std::uint64_t speed_bits_per_second{};  ///< 0: the driver does not say
  std::map<std::string, bool>
      offloads;  ///< "tso", "gso", "gro", "lro", "rx_checksum", "tx_checksum"
  std::vector<InterfaceAddress> addresses;  ///< in the kernel's order
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InterfaceFacts, name, present, up, carrier, carrier_changes,
                                   mtu_octets, kind, mac, speed_bits_per_second, offloads,
                                   addresses)

/// An interface that is not there gives `present == false`.
InterfaceFacts read_interface(std::string const& name);
/// The interface that holds this address; empty if none does.
std::string interface_of(std::string const& address);

/// As Go's net.IP.IsGlobalUnicast, which virt-handler goes by: private ranges count.
bool is_global_unicast(boost::asio::ip::address const& address);
}  // namespace leadline
