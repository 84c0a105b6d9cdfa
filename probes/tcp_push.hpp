#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/linux/tcp_snapshot.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace leadline {

/// Does a TCP connection carry real data, or does it connect and then stall (the black hole's
/// signature)?
struct TcpPush {
  static constexpr std::string_view name = "tcp_push";
  Path path;
  std::uint64_t push_bytes{262144};
  std::chrono::milliseconds timeout_ms{5000};

  struct Result {
    bool connected{};
    std::uint64_t pushed_bytes{};   ///< that the source's kernel took
    std::uint64_t arrived_bytes{};  ///< by the peer's word
    bool peer_reported{};           ///< the peer's word arrived
    double elapsed_ms{};
    TcpSnapshot sender;
    TcpSnapshot receiver;
    std::uint32_t clamped_mss_octets{};  ///< 0: the MSS was not rewritten on the way
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TcpPush, push_bytes, timeout_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TcpPush::Result, connected, pushed_bytes, arrived_bytes,
                                   peer_reported, elapsed_ms, sender, receiver, clamped_mss_octets)

/// The MSS that somebody on the way wrote into the peer's SYN, as its option says it; 0: nobody
/// did, or it cannot be told. `sender` must be taken at the start: a kernel that probes the MTU
/// lowers its MSS by itself later. `probed_from`: the MSS that the sender's kernel starts to probe
/// at in every connection; 0: it does not.
std::uint32_t clamped_mss(Family family, TcpSnapshot const& sender, TcpSnapshot const& receiver,
                          std::uint32_t probed_from = 0);

/// That MSS, by the values of net.ipv4.tcp_mtu_probing and net.ipv4.tcp_base_mss (which hold for
/// IPv6 too): only a value of 2 probes from the start (ip-sysctl.rst).
std::uint32_t mss_probed_from(std::vector<std::uint64_t> const& mtu_probing,
                              std::vector<std::uint64_t> const& base_mss);

Async<TcpPush::Result> run(TcpPush probe);
/// ok: all arrived. warn: with a clamped MSS, or not all in time. fail: it stalled at once.
Assessment assess(TcpPush::Result const& result);

/// The peer's side, once the preamble is verified and answered: reads what was announced (1 MiB at
/// most), or until nothing came for 4 s, then tells what arrived. Ends within 6 s.
boost::asio::awaitable<void> serve_push(boost::asio::ip::tcp::socket socket, Preamble preamble);
}  // namespace leadline
