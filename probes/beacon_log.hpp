#pragma once
#include "probes/broadcast_domain.hpp"
#include "probes/wire/beacon.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>

namespace leadline {

/// Takes in frames of the beacon ethertype, whatever they hold. Pure.
class BeaconLog {
 public:
  explicit BeaconLog(Passport passport) : passport_{passport} {}

  void take(std::span<std::byte const> octets, std::optional<std::uint16_t> stripped_tag);
  /// Adds what was heard to the result.
  void tell(BroadcastDomain::Result& result) const;

 private:
  using Vlan = std::optional<VlanId>;

  Passport passport_;
  std::map<std::tuple<NodeIndex, Vlan, Vlan>, HeardBeacon> heard_;
  std::set<std::tuple<NodeIndex, Vlan, Vlan, std::uint16_t>> known_;
  int forged_{};
  int repeated_{};
  int returned_{};
};
}  // namespace leadline
