#pragma once
#include "probes/reach.hpp"

#include <boost/asio/awaitable.hpp>

namespace leadline {

/// What the UDP part of a Reach saw; the fields are those of Reach::Result.
struct UdpEcho {
  int sent{};
  int received{};  ///< distinct answers
  double rtt_us{};
  Attempt attempt;
  int ttl_seen{};
  int ttl_received{};
  int tos_seen{-1};
};

/// Sends the tries, the next one as soon as one is answered, and waits for the answers.
boost::asio::awaitable<UdpEcho> reach_by_udp(Reach probe);
}  // namespace leadline
