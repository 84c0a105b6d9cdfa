#include "coordinator/symptoms_path.hpp"
#include "coordinator/way_of.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace leadline {
namespace {
std::uint32_t interface_mtu(Survey const& survey, NodeIndex node) {
  auto const& facts = survey.nodes[node].facts;
  return facts && facts->interface.present ? facts->interface.mtu_octets : 0;
}

/// The largest packet that both ends are set up for: TCP's MSS follows from it.
std::uint32_t configured(Survey const& survey, Observation const& seen,
                         PathMtu::Result const& result) {
  auto least = result.interface_mtu_octets;
  for (auto const mtu : {interface_mtu(survey, seen.source), interface_mtu(survey, seen.target)})
    if (mtu > 0 && (least == 0 || mtu < least)) least = mtu;
  // A link may claim more than any packet can be long (RFC 791: 16 bits of length): lo does.
  constexpr std::uint32_t largest_packet = 65535;
  return std::min(least, largest_packet);
}

/// The way by which reach's small packets went: its last result over this family.
Reach::Result traced(PairRecord const& pair, Family family) {
  Reach::Result found;
  each_result<Reach>(pair, [&](Observation const& seen, Reach::Result const& result) {
    if (seen.family == family) found = result;
  });
  return found;
}

/// "; 10.0.0.1 says 1450 by ICMP, between hop 1 10.0.0.1 and hop 2 10.0.2.3".
std::string signalled_by(PathMtu::Result const& result, std::vector<Hop> const& hops) {
  auto text = fmt::format("; {} says {} by ICMP", result.signalled_by, result.signalled_mtu_octets);
  auto const hop = std::ranges::find(hops, result.signalled_by, &Hop::address);
  if (hop == hops.end()) return text;
  text += fmt::format(", {} hop {} {}", std::next(hop) == hops.end() ? "behind" : "between",
                      hop->distance, hop->address);
  if (auto const next = std::next(hop); next != hops.end())
    text += fmt::format(" and hop {} {}", next->distance,
                        next->address.empty() ? "that says nothing" : next->address);
  return text;
}

/// With the place where larger packets are lost, as far as anybody on the way says so; where none
/// does, with the way.
std::string evidence_of(Survey const& survey, PairRecord const& pair, Observation const& seen,
                        PathMtu::Result const& result) {
  auto const lost = result.smallest_lost_octets == 0
                        ? std::string{"nothing larger was tried"}
                        : fmt::format("{} are lost", result.smallest_lost_octets);
  auto text = fmt::format(
      "{}: {} octets arrive, {}; interfaces {} and {}, TTL {} at the peer, kernel believes {}",
      way_of(survey, seen), result.path_mtu_octets, lost, interface_mtu(survey, seen.source),
      interface_mtu(survey, seen.target), result.ttl_seen, result.kernel_path_mtu_octets);
  if (is_on_link(result.ttl_seen)) return text;
  auto const way = traced(pair, seen.family);
  return text + (result.signalled_mtu_octets > 0 ? signalled_by(result, way.hops) : trace_of(way));
}

/// The MSS to which somebody clamps TCP, where all that was pushed with it arrived and its segments
/// fit into the path: a limit that nobody signals stops no migration then, for that is TCP alone.
std::optional<std::uint32_t> fitting_clamp(PairRecord const& pair, Family family,
                                           std::uint32_t path_mtu_octets) {
  std::uint32_t const headers = family == Family::ipv4 ? 40 : 60;  // RFC 6691: without options
  std::optional<std::uint32_t> clamp;
  bool passes = true;
  each_result<TcpPush>(pair, [&](Observation const& seen, TcpPush::Result const& result) {
    if (seen.family != family) return;
    auto const mss = result.clamped_mss_octets;
    clamp = mss;
    passes = passes && seen.status != Status::fail && result.peer_reported &&
             result.arrived_bytes > 0 && result.arrived_bytes >= result.pushed_bytes && mss > 0 &&
             mss + headers <= path_mtu_octets;
  });
  return passes ? clamp : std::nullopt;
}

/// The path carries less than it should: what that is called, and how bad it is.
struct Shortfall {
  std::string_view code;
  Severity severity{};
  std::uint32_t octets{};  ///< that it carries
};

/// A symptom's magnitude: the fewer octets arrive, the greater.
double shortness(PathMtu::Result const& result) {
  return 1 / static_cast<double>(result.path_mtu_octets);
}

/// Empty: nothing is wrong.
std::optional<Shortfall> read_search(Survey const& survey, PairRecord const& pair,
                                     Observation const& seen, PathMtu::Result const& result,
                                     Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  if (result.path_mtu_octets == 0) {
    // Not even the smallest: that is about UDP or this hour, not about sizes. TCP has its push.
    symptoms.on_edge("NOT_MEASURED", edge,
                     fmt::format("{}: {}: none of {} UDP packets was answered, of whatever size",
                                 way_of(survey, seen), PathMtu::name, result.packets_sent));
    return std::nullopt;
  }
  auto const wanted = survey.plan.thresholds.min_mtu.octets;
  auto const full = configured(survey, seen, result);
  symptoms.saw(Layer::path_mtu, edge);
  if (result.path_mtu_octets >= full && result.path_mtu_octets >= wanted) return std::nullopt;
  auto evidence = evidence_of(survey, pair, seen, result);
  bool const told = result.limit == MtuLimit::signalled || result.path_mtu_octets >= full;
  auto const clamp = told ? std::nullopt : fitting_clamp(pair, seen.family, result.path_mtu_octets);
  if (clamp) evidence += fmt::format("; the MSS is clamped to {}, so that TCP passes", *clamp);
  if (told || clamp) {
    Shortfall const adapted{
        .code = "MTU_BELOW_CONFIGURED",
        .severity = result.path_mtu_octets < wanted ? Severity::error : Severity::warning,
        .octets = result.path_mtu_octets};
    symptoms.on_edge(adapted.code, edge, evidence, adapted.severity, shortness(result));
    return adapted;
  }
  auto const* code = is_on_link(result.ttl_seen) ? "MTU_L2_MISMATCH" : "MTU_BLACK_HOLE";
  symptoms.on_edge(code, edge, evidence, shortness(result));
  return Shortfall{
      .code = code, .severity = kind_of(code).severity, .octets = result.path_mtu_octets};
}

/// Interfaces that are set up otherwise than most: the smaller end decides for each pair.
void read_odd_interfaces(Survey const& survey, Symptoms& symptoms) {
  std::map<std::uint32_t, int> nodes_with;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    if (auto const mtu = interface_mtu(survey, static_cast<NodeIndex>(i)); mtu > 0)
      ++nodes_with[mtu];
  if (nodes_with.size() < 2) return;
  auto const usual = std::ranges::max_element(nodes_with, {}, [](auto const& entry) {
                       return std::pair{entry.second, entry.first};
                     })->first;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i) {
    auto const node = static_cast<NodeIndex>(i);
    auto const mtu = interface_mtu(survey, node);
    if (mtu > 0 && mtu != usual)
      symptoms.on_node("MTU_BELOW_CONFIGURED", node,
                       fmt::format("{}: its own interface's MTU is {}, most others have {}: TCP "
                                   "agrees on the smaller when it connects",
                                   name_of(survey, node), mtu, usual));
  }
}

/// A stall of TCP is further evidence for a limit that was found, else a black hole by itself.
/// `found` is null where no limit was.
void read_push(Survey const& survey, Observation const& seen, TcpPush::Result const& result,
               Shortfall const* found, Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  auto const who = way_of(survey, seen);
  symptoms.saw(Layer::path_mtu, edge);
  if (result.connected && seen.status == Status::fail) {
    bool const mismatch = found != nullptr && found->code == "MTU_L2_MISMATCH";
    symptoms.on_edge(
        mismatch ? "MTU_L2_MISMATCH" : "MTU_BLACK_HOLE", edge,
        fmt::format("{}: TCP connected, then stalled: {} of {} octets arrived; sender: {} "
                    "retransmitted, backoff {}, MSS {}",
                    who, result.arrived_bytes, result.pushed_bytes,
                    result.sender.retransmitted_segments, result.sender.backoff,
                    result.sender.send_mss));
    // TCP gets over the limit found, or there is none: a peer that fell silent looks the same.
    symptoms.found.back().inferred = found == nullptr || found->code == "MTU_BELOW_CONFIGURED";
  }
  if (result.clamped_mss_octets > 0)
    symptoms.on_edge("MTU_MSS_CLAMPED", edge,
                     fmt::format("{}: the MSS is clamped to {}, the peer offered {}", who,
                                 result.clamped_mss_octets, result.receiver.advertised_mss));
}
}  // namespace

void read_path_mtu(Survey const& survey, Symptoms& symptoms) {
  read_odd_interfaces(survey, symptoms);

  std::map<std::pair<NodePair, Family>, Shortfall> less;
  for (auto const& pair : survey.pairs)
    each_result<PathMtu>(pair, [&](Observation const& seen, PathMtu::Result const& result) {
      auto const found = read_search(survey, pair, seen, result, symptoms);
      if (found) less[{edge_of(seen), seen.family}] = *found;
    });
  if (!less.empty())
    each_result<PathMtu>(survey, [&](Observation const& seen, PathMtu::Result const& result) {
      auto const back = less.find({reverse(edge_of(seen)), seen.family});
      if (back == less.end() || back->second.octets >= result.path_mtu_octets) return;
      // As bad as the limit itself: TCP lives with one that it learns of, whichever way.
      auto const edge = back->first.first;
      symptoms.on_edge(
          "MTU_ASYMMETRIC", edge,
          fmt::format("{}: {} octets, {} the other way", way_of(survey, edge, seen.family),
                      back->second.octets, result.path_mtu_octets),
          back->second.severity);
    });
  each_result<TcpPush>(survey, [&](Observation const& seen, TcpPush::Result const& result) {
    auto const found = less.find({edge_of(seen), seen.family});
    read_push(survey, seen, result, found == less.end() ? nullptr : &found->second, symptoms);
  });
}
}  // namespace leadline
