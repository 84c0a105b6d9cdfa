#pragma once
#include "coordinator/manifests/address_set.hpp"

#include <string_view>

namespace leadline {

/// What a network is set aside for, if no host on another one can be reached at an address of it
/// (RFC 6890 and its registries): "loopback", "multicast". Also said of a network that such a one
/// is a part of. Empty: hosts may have these addresses.
std::string_view special_use(AddressBlock const& block);
}  // namespace leadline
