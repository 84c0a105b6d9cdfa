#pragma once
#include "probes/core/json.hpp"
#include "probes/core/observation.hpp"
#include "probes/wire/certificate.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
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
  std::vector<InterfaceAddress> addresses;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InterfaceFacts, name, present, up, carrier, carrier_changes,
                                   mtu_octets, kind, mac, speed_bits_per_second, offloads,
                                   addresses)

/// A certificate of the migration identity, as it lies on the node's disk.
struct IdentityFacts {
  std::string role;  ///< "server" or "client"
  std::optional<CertificateFacts> leaf;
  std::optional<CertificateFacts> authority;  ///< the CA of its bundle that expires last
  std::string problem;                        ///< why it could not be read; empty if it was
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IdentityFacts, role, leaf, authority, problem)

/// What a node knows about itself without sending anything.
struct Facts {
  InterfaceFacts interface;
  std::string kernel;  ///< uname -r
  std::string congestion_control;
  std::vector<std::uint64_t> tcp_rmem_bytes;  ///< min, default, max
  std::vector<std::uint64_t> tcp_wmem_bytes;
  int first_ephemeral_port{};  ///< ip_local_port_range
  int last_ephemeral_port{};
  int cpu_count{};
  std::vector<IdentityFacts> migration_identity;  ///< empty: none was given
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Facts, interface, kernel, congestion_control, tcp_rmem_bytes,
                                   tcp_wmem_bytes, first_ephemeral_port, last_ephemeral_port,
                                   cpu_count, migration_identity)

/// Reads the network facts; an interface that is not there gives `present == false`, never an
/// error.
Facts gather_facts(std::string const& interface);
/// The interface that holds this address; empty if none does.
std::string interface_of(std::string const& address);
}  // namespace leadline
