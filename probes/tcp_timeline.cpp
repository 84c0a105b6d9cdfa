#include "probes/tcp_timeline.hpp"

#include <algorithm>
#include <cstddef>

namespace leadline {
namespace {
constexpr std::size_t most_moments = 128;

void keep_every_other(std::vector<std::uint64_t>& column) {
  for (std::size_t i = 1; 2 * i < column.size(); ++i) column[i] = column[2 * i];
  column.resize((column.size() + 1) / 2);
}
}  // namespace

void add_moment(TcpTimeline& timeline, std::chrono::milliseconds at,
                std::span<TcpSnapshot const> streams) {
  if (streams.empty()) return;
  auto const& times = timeline.at_ms;
  auto const now = static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.count()));
  // Once thinned, new ones come as seldom as the old ones are, but for a little jitter.
  constexpr std::uint64_t jitter_ms = 50;
  if (times.size() > most_moments / 2 && now + jitter_ms < times.back() + times[1] - times[0])
    return;
  std::uint64_t rtt = 0;
  std::uint64_t retransmitted = 0;
  std::uint64_t window = 0;
  std::uint64_t delivery_rate = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t receive_space = 0;
  for (auto const& stream : streams) {
    rtt += stream.rtt_us;
    retransmitted += stream.retransmitted_segments;
    window += stream.congestion_window_segments;
    delivery_rate += stream.delivery_rate_bits_per_second;
    out_of_order += stream.out_of_order_segments;
    receive_space += stream.receive_space_bytes;
  }
  timeline.at_ms.push_back(now);
  timeline.retransmitted_segments.push_back(retransmitted);
  timeline.rtt_us.push_back(rtt / streams.size());
  timeline.congestion_window_segments.push_back(window);
  timeline.delivery_rate_bits_per_second.push_back(delivery_rate);
  timeline.out_of_order_segments.push_back(out_of_order);
  timeline.receive_space_bytes.push_back(receive_space);
  if (timeline.at_ms.size() <= most_moments) return;
  for (auto* column :
       {&timeline.at_ms, &timeline.retransmitted_segments, &timeline.rtt_us,
        &timeline.congestion_window_segments, &timeline.delivery_rate_bits_per_second,
        &timeline.out_of_order_segments, &timeline.receive_space_bytes})
    keep_every_other(*column);
}
}  // namespace leadline
