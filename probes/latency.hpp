#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace leadline {

/// How long do packets take, how evenly, and how many get lost in which direction? (STAMP, RFC
/// 8762)
struct Latency {
  static constexpr std::string_view name = "latency";
  Path path;
  std::chrono::milliseconds duration_ms{3000};
  std::chrono::microseconds interval_us{5000};
  bool under_load{false};  ///< only a label: the bandwidth stage runs beside it

  struct Result {
    bool under_load{};
    std::uint32_t sent{};
    std::uint32_t received{};      ///< distinct answers
    std::uint32_t lost_forward{};  ///< never reached the peer, by its own count
    std::uint32_t lost_reverse{};  ///< answered, but the answer never came
    std::uint32_t duplicates{};
    std::uint32_t reordered{};    ///< answers that came after a later one
    std::uint32_t longest_gap{};  ///< most losses in a row
    double rtt_min_us{};
    double rtt_p50_us{};
    double rtt_p90_us{};
    double rtt_p99_us{};
    double rtt_p999_us{};
    double rtt_max_us{};
    double jitter_us{};           ///< RFC 3550 6.4.1, of the forward direction
    bool kernel_stamps{};         ///< false: user-space stamps, the times include scheduling
    std::uint32_t local_drops{};  ///< lost in our own socket (SO_RXQ_OVFL) or never out of this
                                  ///< node (ENOBUFS, not in `sent`): not the network's
    std::uint32_t left_out{};    ///< were overdue when their turn came, and not sent: not in `sent`
    std::uint32_t peer_drops{};  ///< lost meanwhile in the peer's socket, of anybody's packets
    double latest_send_us{};     ///< worst delay behind the schedule: a starved process
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Latency, duration_ms, interval_us, under_load)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Latency::Result, under_load, sent, received, lost_forward,
                                   lost_reverse, duplicates, reordered, longest_gap, rtt_min_us,
                                   rtt_p50_us, rtt_p90_us, rtt_p99_us, rtt_p999_us, rtt_max_us,
                                   jitter_us, kernel_stamps, local_drops, left_out, peer_drops,
                                   latest_send_us)

Async<Latency::Result> run(Latency probe);
/// May what was lost have been lost by the peer, which did not get to its socket in time? Under a
/// load nobody judges what is lost.
bool may_be_lost_by_peer(Latency::Result const& result);
/// ok: nothing lost. warn: some. fail: no answer. inconclusive: this node itself dropped, or the
/// peer did, or the process was over 20 ms late without kernel stamps (with them, lateness does not
/// touch the times), or came too late to send even a tenth of the packets.
Assessment assess(Latency::Result const& result);
}  // namespace leadline
