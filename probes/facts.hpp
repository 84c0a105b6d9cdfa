#pragma once
#include "probes/core/json.hpp"
#include "probes/linux/interface.hpp"
#include "probes/wire/certificate.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leadline {

/// A certificate of the migration identity, as it lies on the node's disk.
struct IdentityFacts {
  std::string role;  ///< "server" or "client"
  std::optional<CertificateFacts> leaf;
  std::optional<CertificateFacts> authority;  ///< the CA of its bundle that issued the leaf
  std::string problem;                        ///< why it could not be read; empty if it was
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IdentityFacts, role, leaf, authority, problem)

/// What a node knows about itself without sending anything.
struct Facts {
  InterfaceFacts interface;
  std::set<std::string> macs;  ///< of all Ethernet links that the agent sees, this one's as well
  std::string kernel;          ///< uname -r
  std::string congestion_control;
  std::vector<std::uint64_t> tcp_rmem_bytes;  ///< min, default, max
  std::vector<std::uint64_t> tcp_wmem_bytes;
  int first_ephemeral_port{};  ///< ip_local_port_range
  int last_ephemeral_port{};
  int cpu_count{};
  std::vector<IdentityFacts> migration_identity;  ///< empty: none was given
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Facts, interface, macs, kernel, congestion_control,
                                   tcp_rmem_bytes, tcp_wmem_bytes, first_ephemeral_port,
                                   last_ephemeral_port, cpu_count, migration_identity)

/// Reads the network facts; an interface that is not there gives `present == false`, never an
/// error.
Facts gather_facts(std::string const& interface);
}  // namespace leadline
