#include "probes/linux/tcp_snapshot.hpp"

// Not netinet/tcp.h: glibc's tcp_info stops at the fields of 2008. The two headers exclude each
// other, so nothing here may include Asio.
#include <algorithm>
#include <array>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>

namespace leadline {
namespace {
std::string state_name(std::uint8_t state) {
  constexpr std::array<std::string_view, 13> names{
      "",       "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",   "time_wait",
      "closed", "close_wait",  "last_ack", "listen",   "closing",   "new_syn_recv"};
  return std::string{state < names.size() ? names.at(state) : ""};
}
}  // namespace

TcpSnapshot tcp_snapshot(int descriptor) {
  TcpSnapshot snapshot;
  tcp_info info{};  // an older kernel fills the front only, and says how much: the rest stays 0
  socklen_t length = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return snapshot;
  constexpr std::uint32_t unknown_min_rtt = ~0U;
  snapshot.state = state_name(info.tcpi_state);
  snapshot.timestamps = (info.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0;
  snapshot.send_mss = info.tcpi_snd_mss;
  snapshot.advertised_mss = info.tcpi_advmss;
  snapshot.path_mtu = info.tcpi_pmtu;
  snapshot.rtt_us = info.tcpi_rtt;
  snapshot.min_rtt_us = info.tcpi_min_rtt == unknown_min_rtt ? 0 : info.tcpi_min_rtt;
  snapshot.congestion_window_segments = info.tcpi_snd_cwnd;
  snapshot.acknowledged_bytes = info.tcpi_bytes_acked;
  snapshot.received_bytes = info.tcpi_bytes_received;
  snapshot.retransmitted_segments = info.tcpi_total_retrans;
  snapshot.lost_segments = info.tcpi_lost;
  snapshot.backoff = info.tcpi_backoff;
  snapshot.delivery_rate_bits_per_second = info.tcpi_delivery_rate * 8;
  snapshot.busy_us = info.tcpi_busy_time;
  snapshot.receive_window_limited_us = info.tcpi_rwnd_limited;
  snapshot.send_buffer_limited_us = info.tcpi_sndbuf_limited;
  snapshot.out_of_order_segments = info.tcpi_rcv_ooopack;
  snapshot.receive_space_bytes = info.tcpi_rcv_space;
  constexpr std::uint64_t no_limit = ~std::uint64_t{0};
  if (info.tcpi_max_pacing_rate != no_limit)
    snapshot.pacing_limit_bits_per_second = info.tcpi_max_pacing_rate * 8;

  std::array<char, 16> name{};  // TCP_CA_NAME_MAX
  length = name.size();
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name.data(), &length) == 0)
    snapshot.congestion_control.assign(name.begin(), std::ranges::find(name, '\0'));
  return snapshot;
}
}  // namespace leadline
