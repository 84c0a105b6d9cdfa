#include "coordinator/manifests/lease.hpp"

#include "coordinator/manifests/number.hpp"

#include <cstdint>

namespace leadline {
std::vector<Lease> read_leases(Manifest const& manifest) {
  std::vector<Lease> leases;
  if (manifest.kind != "IPPool" || !manifest.api_version.starts_with("whereabouts.cni.cncf.io/"))
    return leases;
  auto const* const range = manifest.find("/spec/range");
  auto const* const allocations = manifest.find("/spec/allocations");
  if (range == nullptr || !range->is_string() || allocations == nullptr ||
      !allocations->is_object())
    return leases;
  auto const block = parse_block(range->get_ref<std::string const&>());
  if (!block) return leases;
  for (auto const& [key, allocation] : allocations->items()) {
    auto const offset = parse_number<std::uint64_t>(key);
    if (!offset) continue;
    // whereabouts counts from the lowest address of the range.
    auto const address = above(block->network, *offset);
    if (!address || !block->contains(*address)) continue;
    auto const named =
        allocation.is_object() && allocation.contains("podref") && allocation["podref"].is_string();
    leases.push_back({.address = *address,
                      .holder = named ? allocation["podref"].get<std::string>() : std::string{},
                      .pool = &manifest});
  }
  return leases;
}
}  // namespace leadline
