#include "probes/beacon_log.hpp"

namespace leadline {
namespace {
// 1000 nodes that send nine kinds of beacons three times each, and then some.
constexpr std::size_t most_known = 50000;
}  // namespace

void BeaconLog::take(std::span<std::byte const> octets, std::optional<std::uint16_t> stripped_tag) {
  auto const frame = read_ethernet(octets, stripped_tag);
  if (!frame || frame->ethertype != beacon_ethertype) return;
  auto const beacon = decode_beacon(frame->payload, passport_.key);
  if (!beacon || beacon->run != passport_.run) {
    ++forged_;
    return;
  }
  if (beacon->sender == passport_.self) {
    ++returned_;
    return;
  }
  auto const seen = frame->vlans.empty() ? Vlan{} : Vlan{frame->vlans.front()};
  bool const room = known_.size() < most_known;
  if (!room || !known_.emplace(beacon->sender, beacon->sent_vlan, seen, beacon->sequence).second) {
    ++repeated_;
    return;
  }
  auto& entry = heard_[{beacon->sender, beacon->sent_vlan, seen}];
  entry.sender = beacon->sender;
  entry.sent_vlan = beacon->sent_vlan;
  entry.seen_vlan = seen;
  if (frame->source != beacon->source) entry.rewritten_mac = format(frame->source);
  ++entry.count;
}

void BeaconLog::tell(BroadcastDomain::Result& result) const {
  for (auto const& [kind, entry] : heard_) result.heard.push_back(entry);
  result.forged = forged_;
  result.repeated = repeated_;
  result.returned = returned_;
}
}  // namespace leadline
