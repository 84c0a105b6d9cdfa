#pragma once
#include <cstddef>
#include <cstdint>

namespace leadline {

/// A moment in which a connection's octets gather, after a read that found few of them: else the
/// sender's packets wake the reader one by one, and each read sends an acknowledgement, which
/// costs both ends more than moving the octets does (bench/RESULTS.md). What interrupt coalescing
/// does for a NIC. Each adds to the round trip, so there is none where that would cost rate: where
/// packets are lost, or the window is small; nor where nothing gathers, or reads are large anyway.
class GatheringPause {
 public:
  /// `descriptor` is a connected socket and outlives this. Of the thread that reads.
  explicit GatheringPause(int descriptor);

  /// After a read of so many octets: sleeps for 50 us, or returns at once.
  void after(std::size_t octets);

 private:
  [[nodiscard]] bool leaves_room(std::size_t octets) const;
  bool something_was_lost();

  int descriptor_;
  std::uint32_t out_of_order_{};  ///< segments received so
  int reads_left_out_{};          ///< so many more, because something was lost
};
}  // namespace leadline
