#pragma once
#include "probes/core/units.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace leadline {

/// How much the streams of one test may send together, and when: the byte limit to the octet, the
/// rate limit as a token bucket (generic cell rate algorithm, ITU-T I.371). Any thread.
class SendAllowance {
 public:
  SendAllowance(Bytes bytes, BitRate rate);  ///< 0: no limit; a rate below 1 kbit/s is that

  struct Grant {
    std::uint64_t octets{};           ///< 0: everything is sent
    std::chrono::nanoseconds wait{};  ///< before they may be sent
  };

  /// The next chunk. `now` is any clock that does not go back.
  Grant claim(std::chrono::nanoseconds now);

 private:
  std::uint64_t claim_octets();

  std::uint64_t limit_;
  double nanoseconds_per_octet_;
  std::uint64_t chunk_;
  std::atomic<std::uint64_t> claimed_{0};
  std::atomic<std::int64_t> next_{0};  ///< when the bucket is level again
};
}  // namespace leadline
