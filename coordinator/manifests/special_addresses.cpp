#include "coordinator/manifests/special_addresses.hpp"

#include <array>

namespace leadline {
namespace {
struct SpecialUse {
  std::string_view network;
  std::string_view use;
};

constexpr std::array special_uses{
    SpecialUse{"0.0.0.0/8", "this host on this network"},
    SpecialUse{"127.0.0.0/8", "loopback"},
    // virt-handler takes no such address for migrations (IsGlobalUnicast of Go's net package).
    SpecialUse{"169.254.0.0/16", "link-local"},
    SpecialUse{"224.0.0.0/4", "multicast"},
    SpecialUse{"255.255.255.255/32", "broadcast"},
    SpecialUse{"::/127", "loopback and no address at all"},
    SpecialUse{"::ffff:0:0/96", "IPv4 within IPv6"},
    // Without a zone nobody can dial these, and KubeVirt hands addresses on without one.
    SpecialUse{"fe80::/10", "link-local"},
    SpecialUse{"ff00::/8", "multicast"},
};
}  // namespace

std::string_view special_use(AddressBlock const& block) {
  for (auto const& [network, use] : special_uses)
    if (auto const special = parse_block(network); special && special->overlaps(block)) return use;
  return {};
}
}  // namespace leadline
