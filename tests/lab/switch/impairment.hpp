#pragma once
#include "probes/core/units.hpp"

#include <chrono>

namespace leadline::lab {

/// What one direction of a cable does to the frames that cross it.
struct Impairment {
  Mtu mtu{65535};  ///< larger IP packets vanish without a word, as in a real switch
  double loss{};   ///< share of frames
  std::chrono::nanoseconds delay{};
  std::chrono::nanoseconds jitter{};  ///< uniform, delay +- jitter; the order is kept
  BitRate rate{};                     ///< 0: unlimited
  Bytes queue{262144};                ///< in front of the rate limit; what does not fit is dropped
  double reordering{};                ///< share of frames that are held back by `held_back`
  /// Longer than the interval of the latency probe (5 ms), so that the next packet overtakes.
  std::chrono::nanoseconds held_back{std::chrono::milliseconds{12}};
  double duplication{};     ///< share of frames
  bool drop_icmp_errors{};  ///< destination unreachable and packet too big
  bool cut{};               ///< nothing crosses, though both ends see a carrier
  bool operator==(Impairment const&) const = default;
};
}  // namespace leadline::lab
