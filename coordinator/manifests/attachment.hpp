#pragma once
#include "coordinator/manifests/address_pool.hpp"
#include "coordinator/manifests/manifest.hpp"
#include "probes/core/units.hpp"
#include "probes/linux/bridge_vlans.hpp"
#include "probes/wire/ethernet_frame.hpp"

#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// A network as a NetworkAttachmentDefinition describes it: what a pod gets, over which interface
/// of the host.
struct Attachment {
  Manifest const* manifest{};
  std::string plugin;            ///< "bridge", "macvlan" ...; empty: the configuration is broken
  nlohmann::json config;         ///< of that plugin
  std::string parent;            ///< the bridge, the master, the physical network
  std::optional<VlanId> vlan;    ///< that the network has in the switches, as far as it shows
  std::vector<VlanRange> trunk;  ///< that the pod may tag
  std::optional<Mtu> mtu;
  std::optional<BitRate> rate_limit;
  AddressPlan addresses;
  std::vector<ConfigMistake> mistakes;  ///< all, also those of `addresses`

  [[nodiscard]] std::string title() const { return manifest->space + "/" + manifest->name; }
};

/// Never fails: what cannot be read is a mistake, and what depends on it stays empty.
Attachment read_attachment(Manifest const& manifest);

/// Every number of `trunk` once, in ascending order: "2, 100 to 200".
std::string format(std::vector<VlanRange> const& trunk);
}  // namespace leadline
