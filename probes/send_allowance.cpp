#include "probes/send_allowance.hpp"

#include <algorithm>
#include <limits>

namespace leadline {
namespace {
constexpr std::uint64_t largest_chunk = 1U << 20U;
constexpr std::uint64_t smallest_chunk = 4U << 10U;
/// What may be sent at once after a pause, in time at the limit: short enough that no switch's
/// buffer sees it as a burst, long enough for a late thread to catch up.
constexpr std::int64_t burst_ns = 5'000'000;

/// Below it a chunk takes half a minute; far below, its time does not fit a count of nanoseconds.
constexpr double slowest_rate = 1000;

std::uint64_t chunk_at(BitRate rate) {
  if (rate.per_second <= 0) return largest_chunk;
  auto const two_milliseconds = static_cast<std::uint64_t>(rate.per_second / 8 * 0.002);
  return std::clamp(two_milliseconds, smallest_chunk, largest_chunk);
}
}  // namespace

SendAllowance::SendAllowance(Bytes bytes, BitRate rate)
    : limit_{bytes.count > 0 ? bytes.count : std::numeric_limits<std::uint64_t>::max()},
      nanoseconds_per_octet_{rate.per_second > 0 ? 8e9 / std::max(rate.per_second, slowest_rate)
                                                 : 0},
      chunk_{chunk_at(rate)} {}

std::uint64_t SendAllowance::claim_octets() {
  auto claimed = claimed_.load(std::memory_order_relaxed);
  std::uint64_t octets = 0;
  do {
    octets = std::min(chunk_, limit_ - claimed);
  } while (!claimed_.compare_exchange_weak(claimed, claimed + octets, std::memory_order_relaxed));
  return octets;
}

SendAllowance::Grant SendAllowance::claim(std::chrono::nanoseconds now) {
  auto const octets = claim_octets();
  if (nanoseconds_per_octet_ == 0 || octets == 0) return {.octets = octets, .wait = {}};
  auto const cost = static_cast<std::int64_t>(nanoseconds_per_octet_ * static_cast<double>(octets));
  auto next = next_.load(std::memory_order_relaxed);
  std::int64_t start = 0;
  do {
    start = std::max(next, now.count() - burst_ns);
  } while (!next_.compare_exchange_weak(next, start + cost, std::memory_order_relaxed));
  return {.octets = octets,
          .wait = std::chrono::nanoseconds{std::max<std::int64_t>(0, start - now.count())}};
}
}  // namespace leadline
