#pragma once
#include "probes/wire/run_key.hpp"

#include <boost/asio/ip/address.hpp>
#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace leadline {

/// A node's place in the roster of a run.
using NodeIndex = std::uint16_t;
using RunId = std::uint64_t;

/// One signed UDP probe, request or answer; the rest of the packet is padding. Both are the same
/// length on the wire, and a request is never shorter, so an answer never amplifies.
struct Datagram {
  enum class Kind : std::uint8_t { request = 1, answer = 2 };
  enum class Purpose : std::uint8_t { echo = 1, path_mtu = 2, latency = 3 };

  Kind kind{Kind::request};
  Purpose purpose{Purpose::echo};
  RunId run{};
  NodeIndex source{};  ///< who asks (also in the answer)
  NodeIndex
      target{};  ///< whom the asker means; an answerer that is another says so by `answered_by`
  std::uint32_t session{};  ///< one probe of one source; what the answerer counts by
  std::uint32_t sequence{};
  std::uint16_t packet_octets{};  ///< size of the IP packet that the asker sent
  std::uint64_t sent_ns{};        ///< T1, the asker's CLOCK_REALTIME; kernel stamps may replace it

  // Filled by the answerer.
  NodeIndex answered_by{};
  std::uint64_t received_ns{};     ///< T2, kernel receive stamp, the answerer's CLOCK_REALTIME
  std::uint64_t answered_ns{};     ///< T3
  std::uint32_t received_count{};  ///< requests of this session that arrived, this one included
  std::uint16_t seen_octets{};     ///< size of the IP packet as it arrived
  std::uint8_t seen_ttl{};         ///< TTL or hop limit as it arrived
  std::uint8_t seen_tos{};         ///< TOS or traffic class as it arrived
  boost::asio::ip::address seen_address;
  std::uint16_t seen_port{};
  /// What the answerer itself lost since its start: requests for which its socket had no room, and
  /// answers that found none to leave.
  std::uint32_t answerer_drops{};

  bool operator==(Datagram const&) const = default;

  static constexpr std::size_t octets = 100;
  using Packed = std::array<std::byte, octets>;
};

Datagram::Packed encode(Datagram const& datagram, RunKey const& key);

/// The first Datagram::octets of a packet. The error says what is wrong ("short", "not ours",
/// "bad signature"); nothing in an unsigned packet is looked at.
tl::expected<Datagram, std::string> decode_datagram(std::span<std::byte const> packet,
                                                    RunKey const& key);
}  // namespace leadline
