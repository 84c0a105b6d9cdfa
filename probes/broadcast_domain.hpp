#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/wire/ethernet_frame.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// Beacons of one sender that arrived alike.
struct HeardBeacon {
  NodeIndex sender{};
  std::optional<VlanId> sent_vlan;  ///< the tag it left with; empty: untagged
  std::optional<VlanId> seen_vlan;  ///< the tag it arrived with
  int count{};
  std::string rewritten_mac;  ///< that the frames came from; empty: the sender's own
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HeardBeacon, sender, sent_vlan, seen_vlan, count, rewritten_mac)

/// Whose broadcasts does this node hear, and with which VLAN tag? All nodes send their beacons in
/// one window, so that a run takes O(nodes) frames. Of one node by itself: every agent tells what
/// it heard.
struct BroadcastDomain {
  static constexpr std::string_view name = "broadcast_domain";
  static constexpr std::size_t most_vlans = 8;
  Path path;                            ///< only the passport matters
  std::string interface;                ///< the agent's
  std::vector<std::uint16_t> vlan_ids;  ///< tags to try beside none, 1 to 4094
  int beacons{3};                       ///< of each kind
  std::chrono::milliseconds window_ms{3000};

  struct Result {
    std::string interface;
    std::string mac;
    std::string skipped;  ///< why it could not run or ended early; empty: it ran
    int sent{};           ///< frames
    std::vector<HeardBeacon> heard;
    int forged{};    ///< on our ethertype but without this run's signature
    int repeated{};  ///< the very same beacon once more: a loop, or somebody who plays it back
    int returned{};  ///< our own came back to us: a loop, or a bridge port in hairpin mode
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(BroadcastDomain, vlan_ids, beacons, window_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BroadcastDomain::Result, interface, mac, skipped, sent, heard,
                                   forged, repeated, returned)

/// Error of stage "configuration": a VLAN that is none, or more than most_vlans of them. Whatever
/// keeps the node from it (no CAP_NET_RAW, no such interface) is a Result.
Async<BroadcastDomain::Result> run(BroadcastDomain probe);
/// skipped, or ok: what the hearing means shows only beside that of the others.
Assessment assess(BroadcastDomain::Result const& result);
}  // namespace leadline
