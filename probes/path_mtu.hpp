#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/linux/icmp_evidence.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// What holds packets above the path MTU back.
enum class MtuLimit {
  unknown,
  local,      ///< the own interface's MTU
  signalled,  ///< a router says so by ICMP (RFC 1191, RFC 8201)
  silent  ///< larger packets vanish: a switch or port on link, or a router whose ICMP is filtered
};
NLOHMANN_JSON_SERIALIZE_ENUM(MtuLimit, {{MtuLimit::unknown, "unknown"},
                                        {MtuLimit::local, "local"},
                                        {MtuLimit::signalled, "signalled"},
                                        {MtuLimit::silent, "silent"}})

/// How large a packet arrives at the peer, by the peer's own word, in the direction source to
/// target? (The other direction is the pair in the other order.)
struct PathMtu {
  static constexpr std::string_view name = "path_mtu";
  Path path;
  std::uint32_t ceiling_octets{0};  ///< largest size tried; 0: the interface's MTU
  std::chrono::milliseconds timeout_ms{6000};

  struct Result {
    Family family{Family::ipv4};
    std::uint32_t path_mtu_octets{};  ///< largest that the peer confirmed; 0: not even the smallest
    std::uint32_t smallest_lost_octets{};  ///< 0: nothing up to the ceiling was lost
    bool exact{};                          ///< false: the time was up before the edge was confirmed
    std::uint32_t interface_mtu_octets{};
    std::uint32_t
        kernel_path_mtu_octets{};  ///< what classical PMTUD ends up believing (IP_MTU); 0 unknown
    MtuLimit limit{MtuLimit::unknown};
    std::uint32_t signalled_mtu_octets{};  ///< from ICMP, 0 if none came
    std::string signalled_by;
    int ttl_seen{};  ///< at the peer; 64 (or 128, 255) undiminished: on link
    int rounds{};
    int packets_sent{};
    double elapsed_ms{};
    std::vector<IcmpEvidence> evidence;
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PathMtu, ceiling_octets, timeout_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PathMtu::Result, family, path_mtu_octets, smallest_lost_octets,
                                   exact, interface_mtu_octets, kernel_path_mtu_octets, limit,
                                   signalled_mtu_octets, signalled_by, ttl_seen, rounds,
                                   packets_sent, elapsed_ms, evidence)

/// A packet that arrives with this TTL or hop limit has passed no router: nobody starts with less
/// than 64, and 64, 128 and 255 are what systems start with.
bool is_on_link(int ttl);

/// What holds larger packets back, by what was lost and what ICMP said. Fills limit, signalled_by
/// and signalled_mtu_octets from the rest.
void explain_limit(PathMtu::Result& result);

/// A peer that never answers gives path_mtu_octets 0 after the timeout, with the evidence.
Async<PathMtu::Result> run(PathMtu probe);
/// ok: the interface's MTU arrives. warn: less. fail: not even 576 (v6: 1280) octets.
/// inconclusive: out of time, also where the queue of the own interface let nothing out.
Assessment assess(PathMtu::Result const& result);
}  // namespace leadline
