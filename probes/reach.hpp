#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/linux/icmp_evidence.hpp"
#include "probes/linux/route.hpp"
#include "probes/reach_outcome.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// One protocol and port that was tried, and what came of it.
struct Attempt {
  std::uint16_t port{};
  Outcome outcome{Outcome::unclear};
  int tries{1};  ///< more than one where the first was silent although the peer answers elsewhere
  double elapsed_ms{};
  std::string system_error;  ///< what errno said, empty if answered
  std::optional<IcmpEvidence> evidence;
  std::optional<NodeIndex> answered_by;
  std::string source_seen;  ///< the address:port that the peer saw
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Attempt, port, outcome, tries, elapsed_ms, system_error,
                                   evidence, answered_by, source_seen)

/// A router (or the target) that answered a packet whose TTL ran out.
struct Hop {
  int distance{};
  std::string address;  ///< empty: silent
  double rtt_ms{};
  bool operator==(Hop const&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Hop, distance, address, rtt_ms)

/// Does the peer answer, by UDP and on TCP ports all over its ephemeral range, and is it the one
/// meant?
struct Reach {
  static constexpr std::string_view name = "reach";
  Path path;
  int udp_tries{3};
  std::chrono::milliseconds timeout_ms{
      4000};  // three unanswered ARPs take 3.06 s: below 3.5 s an absent host looks like a timeout
  std::uint8_t tos{0xba};  // DSCP EF, ECN ECT(0): arrives as 0x02 where DSCP is bleached
  int trace_hops{16};      // traceroute of failing and of routed paths; 0: never

  struct Result {
    std::string source;  ///< our address
    std::string target;  ///< the peer's
    RouteChoice route;
    std::string next_hop_mac;  ///< to which the frames went: the peer's on link, else a router's
    int udp_sent{};
    int udp_received{};
    double udp_rtt_us{};  ///< smallest
    Attempt udp;          ///< the best outcome of the tries
    std::vector<Attempt> tcp;
    int ttl_seen{};      ///< by the peer, of what we sent; 0 unknown
    int ttl_received{};  ///< by us, of its answer
    int tos_sent{};
    int tos_seen{-1};  ///< by the peer; -1 unknown
    std::vector<Hop> hops;
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Reach, udp_tries, timeout_ms, tos, trace_hops)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Reach::Result, source, target, route, next_hop_mac, udp_sent,
                                   udp_received, udp_rtt_us, udp, tcp, ttl_seen, ttl_received,
                                   tos_sent, tos_seen, hops)

/// "10.0.0.1:40000", "[fd00::1]:40000".
std::string format_endpoint(boost::asio::ip::address const& address, std::uint16_t port);

/// Error of stage "configuration" only: the path makes no sense. Whatever the network does is a
/// Result.
Async<Reach::Result> run(Reach probe);
/// ok: everything answered by the right node. fail: something did not.
Assessment assess(Reach::Result const& result);
}  // namespace leadline
