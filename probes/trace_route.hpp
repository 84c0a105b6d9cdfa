#pragma once
#include "probes/reach.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// What came back of the packets that were sent with one TTL.
struct HopReply {
  int distance{};
  std::string address;  ///< empty: silent
  double rtt_ms{};
  bool final{};  ///< the peer itself answered, or somebody said that it goes no further
  std::optional<IcmpEvidence> refusal;  ///< who said so, and in which words
};

struct Trace {
  std::vector<Hop> hops;
  std::optional<IcmpEvidence> refusal;  ///< of the nearest who said that it goes no further
};

/// Puts the replies in order, up to the first final one; silence after the last reply is no hop.
std::vector<Hop> hops_of(std::vector<HopReply> replies);

/// Unprivileged traceroute to the peer's UDP port: packets with TTL 1 to `farthest`, all at once,
/// and what the error queue says of them. Takes 1.5 s at most.
boost::asio::awaitable<Trace> trace_route(Path path, int farthest);
}  // namespace leadline
