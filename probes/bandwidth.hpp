#pragma once
#include "probes/bulk_slot.hpp"
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/linux/tcp_snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

class TlsIdentity;  // probes/wire/tls_identity.hpp

enum class Transport { tcp, tls };
NLOHMANN_JSON_SERIALIZE_ENUM(Transport, {{Transport::tcp, "tcp"}, {Transport::tls, "tls"}})

/// How fast does the path carry bulk data from source to target? A thread per stream on both ends.
struct Bandwidth {
  static constexpr std::string_view name = "bandwidth";
  Path path;
  std::shared_ptr<TlsIdentity const> identity;  ///< filled by the agent, never sent
  std::shared_ptr<BulkSlot> slot;               ///< this node's, filled by the agent, never sent
  Transport transport{Transport::tcp};
  int streams{1};                               ///< 1 to 32
  std::chrono::milliseconds duration_ms{1500};  ///< at most, warm-up included
  std::chrono::milliseconds warm_up_ms{300};    ///< slow start, left out of the rate
  BitRate rate_limit_bits_per_second{0};        ///< 0: none; all streams together
  Bytes byte_limit_bytes{0};                    ///< 0: none; all streams together, exact

  struct Result {
    Transport transport{};
    int streams{};
    double measured_seconds{};          ///< warm-up left out
    std::uint64_t transferred_bytes{};  ///< in all, warm-up included, by the receiver's count
    double rate_bits_per_second{};      ///< by the receiver's count, warm-up left out
    double relative_uncertainty{};      ///< half the 95 % confidence interval over the mean
    bool stopped_early{};               ///< known within 3 % before the time was up
    std::vector<double> samples_bits_per_second;  ///< per 100 ms at the receiver, warm-up left out
    std::uint64_t retransmitted_segments{};
    double sender_cpu_share{};  ///< busiest stream thread: CPU seconds per second
    double receiver_cpu_share{};
    std::vector<TcpSnapshot> sender;  ///< a stream each
    std::vector<TcpSnapshot> receiver;
    std::string
        limit;  ///< "rate_limit", "byte_limit", "sender_cpu", "receiver_cpu", "network" or ""
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Bandwidth, transport, streams, duration_ms,
                                                warm_up_ms, rate_limit_bits_per_second,
                                                byte_limit_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Bandwidth::Result, transport, streams, measured_seconds,
                                   transferred_bytes, rate_bits_per_second, relative_uncertainty,
                                   stopped_early, samples_bits_per_second, retransmitted_segments,
                                   sender_cpu_share, receiver_cpu_share, sender, receiver, limit)

/// Error with code boost::asio::error::try_again: the target (or this node) has a bulk test
/// already.
Async<Bandwidth::Result> run(Bandwidth probe);
Assessment assess(Bandwidth::Result const& result);
}  // namespace leadline
