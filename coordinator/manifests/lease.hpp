#pragma once
#include "coordinator/manifests/address_set.hpp"
#include "coordinator/manifests/manifest.hpp"

#include <string>
#include <vector>

namespace leadline {

/// An address that whereabouts has handed out, as its IPPool object records it.
struct Lease {
  boost::asio::ip::address address;
  std::string holder;  ///< the pod, "namespace/name"
  Manifest const* pool{};
};

/// Of an IPPool; empty for any other object. A key that is no offset in the pool's range is left
/// out.
std::vector<Lease> read_leases(Manifest const& manifest);
}  // namespace leadline
