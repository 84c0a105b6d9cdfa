#pragma once
#include "probes/wire/datagram.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace leadline {

/// The first octets of every TCP data connection: who calls, whom it means, and what for, signed
/// with the run key. Until it is verified nothing is answered.
struct Preamble {
  enum class Purpose : std::uint8_t {
    reach = 1,
    tls = 2,
    push = 3,
    bulk_control = 4,
    bulk_stream = 5
  };

  Purpose purpose{Purpose::reach};
  RunId run{};
  NodeIndex source{};
  NodeIndex target{};
  std::uint32_t session{};    ///< binds the connections of one bulk test together
  std::uint64_t parameter{};  ///< what the purpose makes of it, e.g. octets that will be pushed
  std::uint64_t nonce{};      ///< random; the answer must repeat it

  bool operator==(Preamble const&) const = default;

  static constexpr std::size_t octets = 64;
  using Packed = std::array<std::byte, octets>;
};

/// What the target says to a preamble, as long as the preamble itself: its own identity first, so
/// that a duplicate address or a self-dial is seen.
struct Welcome {
  enum class Status : std::uint8_t { accepted = 1, busy = 2, wrong_target = 3, refused = 4 };

  Status status{Status::refused};
  NodeIndex answered_by{};
  std::uint64_t nonce{};
  boost::asio::ip::address seen_address;
  std::uint16_t seen_port{};

  bool operator==(Welcome const&) const = default;

  static constexpr std::size_t octets = Preamble::octets;
  using Packed = std::array<std::byte, octets>;
};

Preamble::Packed encode(Preamble const& preamble, RunKey const& key);
Welcome::Packed encode(Welcome const& welcome, RunKey const& key);

/// Both refuse unless exactly 64 octets, the right magic and a valid signature.
tl::expected<Preamble, std::string> decode_preamble(std::span<std::byte const> packed,
                                                    RunKey const& key);
tl::expected<Welcome, std::string> decode_welcome(std::span<std::byte const> packed,
                                                  RunKey const& key);
}  // namespace leadline
