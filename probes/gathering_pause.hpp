#pragma once
#include <cstddef>

namespace leadline {

/// A moment in which a connection's octets gather, after a read that found few of them: else the
/// sender's packets wake the reader one by one, and each read sends an acknowledgement, which
/// costs both ends more than moving the octets does (bench/RESULTS.md). What interrupt coalescing
/// does for a NIC. There is none while reads are large, and few where nothing gathers.
class GatheringPause {
 public:
  /// `descriptor` is a connected socket and outlives this. Of the thread that reads.
  explicit GatheringPause(int descriptor);

  /// After a read of so many octets: sleeps for about 50 us, or returns at once.
  void after(std::size_t octets);

 private:
  [[nodiscard]] bool leaves_room(std::size_t octets) const;

  int descriptor_;
  bool paused_{};       ///< before the read that is told next
  unsigned skipped_{};  ///< reads since the last pause,
  unsigned to_skip_{};  ///< of so many, because pauses brought little
};
}  // namespace leadline
