#pragma once
#include "tests/lab/switch/fabric_settings.hpp"
#include "tests/lab/switch/line.hpp"

#include <tl/expected.hpp>

namespace leadline::lab {

/// The VLAN of a frame that comes in with this tag (0: untagged, or a priority tag), or why the
/// port refuses it.
tl::expected<VlanId, DropReason> vlan_on_entry(PortMode const& mode, VlanId tag);

/// How a frame of a VLAN leaves the port.
enum class Exit { refused, untagged, tagged };
Exit exit_of(PortMode const& mode, VlanId vlan);
}  // namespace leadline::lab
