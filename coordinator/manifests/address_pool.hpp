#pragma once
#include "coordinator/manifests/address_set.hpp"
#include "coordinator/manifests/config_mistake.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace leadline {

/// Addresses that an IPAM plugin hands out, and the network that they are told to lie in.
struct AddressPool {
  AddressBlock block;
  AddressSet usable;
  AddressSet excluded;  ///< what would be usable, had it not been taken out
};

/// How an attachment gets its addresses.
struct AddressPlan {
  std::string type;  ///< "whereabouts", "host-local", "static", "dhcp", "subnets" of an overlay ...
  std::vector<AddressPool> pools;  ///< none where others know them (DHCP)
  std::vector<ConfigMistake> mistakes;
};

/// From a CNI configuration's ipam object. Of `ipam` plugins that are not known only the type.
AddressPlan read_ipam(nlohmann::json const& ipam, std::string const& pointer);

/// From the subnets and excludeSubnets of OVN-Kubernetes: lists in one text, parted by commas.
AddressPlan read_subnets(nlohmann::json const& config);
}  // namespace leadline
