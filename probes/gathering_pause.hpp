#pragma once
#include <chrono>
#include <cstddef>

namespace leadline {

/// A moment in which a connection's octets gather, after a read that found few of them: else the
/// sender's packets wake the reader one by one, and each read sends an acknowledgement, which
/// costs both ends more than moving the octets does (bench/RESULTS.md). What interrupt coalescing
/// does for a NIC. There is none while reads are large.
class GatheringPause {
 public:
  /// `descriptor` is a connected socket and outlives this. Of the thread that reads.
  explicit GatheringPause(int descriptor);

  /// After a read of so many octets: sleeps for length(), or returns at once.
  void after(std::size_t octets);

  /// 50 to 400 us: the longer, the less the last reads brought.
  [[nodiscard]] std::chrono::microseconds length() const { return length_; }

 private:
  [[nodiscard]] bool leaves_room(std::size_t octets) const;

  int descriptor_;
  std::chrono::microseconds length_;
};
}  // namespace leadline
