#pragma once
#include "coordinator/manifests/config_mistake.hpp"
#include "coordinator/manifests/manifest.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// A pod that migrates VMs or arranges it, and what its network-status annotation says of its
/// migration interface.
struct MigrationPod {
  enum class Role { handler, synchronization };
  Manifest const* manifest{};
  Role role{Role::handler};
  std::string node;
  std::optional<std::string>
      network;  ///< of migration0, "namespace/name"; empty: no such interface
  std::vector<boost::asio::ip::address> addresses;  ///< of migration0
  std::optional<std::string> mistake;               ///< why the annotation could not be read

  /// What virt-handler takes: the first that is neither loopback, link-local nor multicast.
  [[nodiscard]] std::optional<boost::asio::ip::address> migration_address() const;
};

/// Nothing if it is neither virt-handler nor a synchronization controller, or has ended.
std::optional<MigrationPod> read_migration_pod(Manifest const& manifest);
}  // namespace leadline
