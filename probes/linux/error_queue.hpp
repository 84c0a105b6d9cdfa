#pragma once
#include "probes/linux/icmp_evidence.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <vector>

namespace leadline {

/// When the kernel handed a packet to the device: `id` counts the sends of the socket (OPT_ID).
struct SendStamp {
  std::uint32_t id{};
  std::uint64_t sent_ns{};
};

/// What was said about a packet to one peer.
struct Undelivered {
  boost::asio::ip::udp::endpoint to;
  IcmpEvidence said;
};

/// What the kernel queued about packets that a socket sent earlier: errors and send stamps.
struct ErrorQueue {
  std::vector<IcmpEvidence> evidence;  ///< the same said twice is one entry that counts
  std::vector<SendStamp> stamps;
  std::vector<Undelivered> undelivered;  ///< only if `by_peer`, and until somebody takes them
  std::uint32_t local_too_big{};         ///< sends that the own interface's MTU forbade
  bool by_peer{};                        ///< of a socket that talks to many

  /// Reads what is there (MSG_ERRQUEUE), never blocks; of more than most_in_a_row the rest waits
  /// for the next call. Until nothing is left epoll keeps waking. Works on UDP and TCP descriptors,
  /// connected or not.
  void drain(int descriptor);
  /// Adds to the evidence what was said, or counts it.
  void keep(IcmpEvidence const& said);
};

/// Lets a socket keep ICMP errors as evidence (IP_RECVERR, IPV6_RECVERR).
boost::system::error_code keep_errors(int descriptor, boost::asio::ip::address const& local);
}  // namespace leadline
