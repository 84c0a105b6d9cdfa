#pragma once
#include "probes/bulk_flow.hpp"
#include "probes/bulk_slot.hpp"
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace leadline {

class TlsIdentity;  // probes/wire/tls_identity.hpp

enum class Transport { tcp, tls };
NLOHMANN_JSON_SERIALIZE_ENUM(Transport, {{Transport::tcp, "tcp"}, {Transport::tls, "tls"}})

/// How octets are moved, and so what a rate means: figures of two modes are never mixed.
enum class BulkMode {
  ceiling,    ///< the receiver drops the octets in the kernel: what the path can carry
  migration,  ///< the receiver reads them into memory: what a migration can have
  verify      ///< as migration, and the receiver compares every octet
};
NLOHMANN_JSON_SERIALIZE_ENUM(BulkMode, {{BulkMode::ceiling, "ceiling"},
                                        {BulkMode::migration, "migration"},
                                        {BulkMode::verify, "verify"}})

/// How fast does the path carry bulk data from source to target? A thread per stream on both ends.
struct Bandwidth {
  static constexpr std::string_view name = "bandwidth";
  Path path;
  std::shared_ptr<TlsIdentity const> identity;  ///< filled by the agent, never sent
  std::shared_ptr<BulkSlot> slot;               ///< this node's, filled by the agent, never sent
  BitRate link_speed{0};                        ///< this node's, filled by the agent, never sent
  Transport transport{Transport::tcp};
  BulkMode mode{BulkMode::ceiling};
  bool bidirectional{false};   ///< as many streams back, at the same time
  bool whole_duration{false};  ///< no early stop: others are measured under its load
  int streams{1};              ///< 1 to 32
  std::chrono::milliseconds duration_ms{1500};  ///< at most, warm-up included
  std::chrono::milliseconds warm_up_ms{300};    ///< slow start, left out of the rate
  BitRate rate_limit_bits_per_second{0};        ///< 0: none; all streams of a direction together
  Bytes byte_limit_bytes{0};  ///< 0: none; all streams of a direction together, exact
  std::string congestion;     ///< TCP_CONGESTION, "cubic"; "" or "system": the system's own
  int dscp{0};                ///< 0 to 63 (RFC 2474)
  int mss{0};                 ///< TCP_MAXSEG, 88 to 32767; 0: the system's
  std::string cipher;         ///< "aes128gcm", "aes256gcm", "chacha20"; "": what the peers agree on
  int record_octets{0};       ///< most plaintext of a TLS record, 512 to 16384; 0: 16384

  struct Result : BulkFlow {
    Transport transport{};
    BulkMode mode{};
    int streams{};
    std::string cipher;  ///< as negotiated: "TLS_AES_128_GCM_SHA256"; empty: no TLS
    int record_octets{};
    std::optional<BulkFlow> reverse;  ///< the other direction of a bidirectional test
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Bandwidth, transport, mode, bidirectional,
                                                whole_duration, streams, duration_ms, warm_up_ms,
                                                rate_limit_bits_per_second, byte_limit_bytes,
                                                congestion, dscp, mss, cipher, record_octets)

/// Its parts in order, for those who go through every field: reflection does not see a base.
template <class R>
  requires std::same_as<std::remove_const_t<R>, Bandwidth::Result>
auto parts_of(R& result) {
  using Flow = std::conditional_t<std::is_const_v<R>, BulkFlow const, BulkFlow>;
  return std::tie(static_cast<Flow&>(result), result.transport, result.mode, result.streams,
                  result.cipher, result.record_octets, result.reverse);
}

void to_json(nlohmann::json& j, Bandwidth::Result const& result);
void from_json(nlohmann::json const& j, Bandwidth::Result& result);

/// What is wrong with the settings: which, the value, what is allowed; empty: nothing.
std::string objection_to(Bandwidth const& probe);

/// Error with code boost::asio::error::try_again: the target (or this node) has a bulk test
/// already.
Async<Bandwidth::Result> run(Bandwidth probe);
Assessment assess(Bandwidth::Result const& result);
}  // namespace leadline
