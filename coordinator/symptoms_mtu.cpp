#include "coordinator/symptoms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

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

std::string evidence_of(Survey const& survey, Observation const& seen,
                        PathMtu::Result const& result) {
  auto text = fmt::format(
      "{}: {} octets arrive, {} are lost; interfaces {} and {}, TTL {} at the peer, kernel "
      "believes {}",
      name_of(survey, edge_of(seen)), result.path_mtu_octets, result.smallest_lost_octets,
      interface_mtu(survey, seen.source), interface_mtu(survey, seen.target), result.ttl_seen,
      result.kernel_path_mtu_octets);
  if (result.signalled_mtu_octets > 0)
    text += fmt::format("; {} says {} by ICMP", result.signalled_by, result.signalled_mtu_octets);
  return text;
}

bool undiminished(int ttl) {
  return ttl == 64 || ttl == 128 || ttl == 255;
}

/// The path carries less than it should: what that is called, and how bad it is.
struct Shortfall {
  std::string_view code;
  Severity severity{};
};

/// Empty: nothing is wrong.
std::optional<Shortfall> read_search(Survey const& survey, Observation const& seen,
                                     PathMtu::Result const& result, Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  auto const wanted = survey.plan.thresholds.min_mtu.octets;
  auto const full = configured(survey, seen, result);
  symptoms.saw(Layer::path_mtu, edge);
  if (result.path_mtu_octets >= full && result.path_mtu_octets >= wanted) return std::nullopt;
  auto const evidence = evidence_of(survey, seen, result);
  if (result.limit == MtuLimit::signalled || result.path_mtu_octets >= full) {
    Shortfall const told{
        .code = "MTU_BELOW_CONFIGURED",
        .severity = result.path_mtu_octets < wanted ? Severity::error : Severity::warning};
    symptoms.on_edge(told.code, edge, evidence, told.severity);
    return told;
  }
  auto const* code = undiminished(result.ttl_seen) ? "MTU_L2_MISMATCH" : "MTU_BLACK_HOLE";
  symptoms.on_edge(code, edge, evidence);
  return Shortfall{.code = code, .severity = kind_of(code).severity};
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
                       fmt::format("{}: the interface's MTU is {}, most others have {}",
                                   name_of(survey, node), mtu, usual));
  }
}

/// A stall of TCP is further evidence for a limit that was found, else a black hole by itself.
void read_push(Survey const& survey, Observation const& seen, TcpPush::Result const& result,
               bool mismatch, Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  auto const who = name_of(survey, edge);
  if (result.connected && seen.status == Status::fail)
    symptoms.on_edge(
        mismatch ? "MTU_L2_MISMATCH" : "MTU_BLACK_HOLE", edge,
        fmt::format("{}: TCP connected, then stalled: {} of {} octets arrived; sender: {} "
                    "retransmitted, backoff {}, MSS {}",
                    who, result.arrived_bytes, result.pushed_bytes,
                    result.sender.retransmitted_segments, result.sender.backoff,
                    result.sender.send_mss));
  if (result.clamped_mss_octets > 0)
    symptoms.on_edge("MTU_MSS_CLAMPED", edge,
                     fmt::format("{}: the MSS is clamped to {}, the peer offered {}", who,
                                 result.clamped_mss_octets, result.receiver.advertised_mss));
}
}  // namespace

void read_path_mtu(Survey const& survey, Symptoms& symptoms) {
  read_odd_interfaces(survey, symptoms);

  struct Less {
    std::uint32_t octets{};
    Severity severity{};
  };

  std::map<std::pair<NodePair, Family>, Less> less;
  std::set<NodePair> mismatched;
  each_result<PathMtu>(survey, [&](Observation const& seen, PathMtu::Result const& result) {
    auto const found = read_search(survey, seen, result, symptoms);
    if (!found) return;
    if (found->code == "MTU_L2_MISMATCH") mismatched.insert(edge_of(seen));
    less[{edge_of(seen), seen.family}] = {.octets = result.path_mtu_octets,
                                          .severity = found->severity};
  });
  if (!less.empty())
    each_result<PathMtu>(survey, [&](Observation const& seen, PathMtu::Result const& result) {
      auto const back = less.find({reverse(edge_of(seen)), seen.family});
      if (back == less.end() || back->second.octets >= result.path_mtu_octets) return;
      // As bad as the limit itself: TCP lives with one that a router tells, whichever way.
      symptoms.on_edge(
          "MTU_ASYMMETRIC", back->first.first,
          fmt::format("{}: {} octets, {} the other way", name_of(survey, back->first.first),
                      back->second.octets, result.path_mtu_octets),
          back->second.severity);
    });
  each_result<TcpPush>(survey, [&](Observation const& seen, TcpPush::Result const& result) {
    read_push(survey, seen, result, mismatched.contains(edge_of(seen)), symptoms);
  });
}
}  // namespace leadline
