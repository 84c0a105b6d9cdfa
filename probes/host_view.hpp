#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/host_chain.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// What lies between the migration interface and the wire on this node: which links, with which MTU
/// and VLANs? Looks into the host's network namespace and changes nothing there.
struct HostView {
  static constexpr std::string_view name = "host_view";
  Path path;               ///< not looked at: nothing is sent
  std::string interface;   ///< the agent's to say, never the coordinator's
  std::string host_netns;  ///< the same: a file of the host's namespace; empty: not given
  std::string uplink;      ///< the bridge's port that leads to the wire; empty: found by itself

  struct Result {
    std::string skipped;  ///< why nothing was seen; empty: it was
    std::vector<HostLink> chain;
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(HostView, uplink)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HostView::Result, skipped, chain)

/// Never an error: whatever keeps it from looking is in `skipped`.
Async<HostView::Result> run(HostView probe);
Assessment assess(HostView::Result const& result);

/// What a link may lack without a word from us: kernels leave room for one VLAN tag, used or not,
/// on veths and most of them on a bridge's ports (__is_skb_forwardable). Where one does not, the
/// path MTU probe finds it.
inline constexpr std::uint32_t vlan_tag_octets = 4;

/// The links of the chain that drop packets which the migration interface sends. A bridge is not
/// among them: its own MTU bounds only what the host sends by it, not what it forwards.
std::vector<HostLink const*> too_narrow(std::vector<HostLink> const& chain);
}  // namespace leadline
