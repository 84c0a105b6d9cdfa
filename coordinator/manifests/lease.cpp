#include "coordinator/manifests/lease.hpp"

#include "coordinator/manifests/number.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <cstdint>
#include <optional>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

/// whereabouts counts from the lowest address of the range.
std::optional<ip::address> at_offset(AddressBlock const& block, std::uint64_t offset) {
  if (block.network.is_v4()) {
    auto const sum = block.network.to_v4().to_uint() + offset;
    if (sum > 0xffffffffU) return std::nullopt;
    return ip::address_v4{static_cast<std::uint32_t>(sum)};
  }
  auto octets = block.network.to_v6().to_bytes();
  std::uint64_t carry = offset;
  for (std::size_t i = octets.size(); i-- > 0 && carry != 0;) {
    carry += octets.at(i);
    octets.at(i) = static_cast<unsigned char>(carry & 0xffU);
    carry >>= 8U;
  }
  return ip::address_v6{octets};
}
}  // namespace

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
    auto const address = at_offset(*block, *offset);
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
