#include "tests/lab/switch/vlan_rules.hpp"

namespace leadline::lab {

tl::expected<VlanId, DropReason> vlan_on_entry(PortMode const& mode, VlanId tag) {
  if (auto const* access = std::get_if<AccessPort>(&mode)) {
    if (tag != 0) return tl::unexpected{DropReason::tagged_on_access};
    return access->vlan;
  }
  auto const& trunk = std::get<TrunkPort>(mode);
  if (tag == 0) {
    if (!trunk.native) return tl::unexpected{DropReason::no_native_vlan};
    return *trunk.native;
  }
  if (!trunk.allowed.contains(tag)) return tl::unexpected{DropReason::vlan_not_allowed};
  return tag;
}

Exit exit_of(PortMode const& mode, VlanId vlan) {
  if (auto const* access = std::get_if<AccessPort>(&mode))
    return access->vlan == vlan ? Exit::untagged : Exit::refused;
  auto const& trunk = std::get<TrunkPort>(mode);
  if (trunk.native == vlan) return Exit::untagged;
  return trunk.allowed.contains(vlan) ? Exit::tagged : Exit::refused;
}
}  // namespace leadline::lab
