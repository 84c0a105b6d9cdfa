#pragma once
#include "tests/lab/switch/impairment.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

namespace leadline::lab {

using TimePoint = std::chrono::steady_clock::time_point;

/// Why a frame did not go on.
enum class DropReason {
  malformed,
  cut,
  mtu,
  icmp,
  loss,
  queue_full,
  tagged_on_access,  ///< an access port takes untagged frames only
  vlan_not_allowed,
  no_native_vlan,  ///< untagged on a trunk without a native VLAN
  write_failed,
  count
};
std::string_view format(DropReason reason);

struct LineCounters {
  std::uint64_t forwarded_frames{};
  std::uint64_t forwarded_octets{};
  std::array<std::uint64_t, static_cast<std::size_t>(DropReason::count)> dropped{};

  void drop(DropReason reason) { ++dropped.at(static_cast<std::size_t>(reason)); }
};

/// What a line needs to know of a frame.
struct FrameOutline {
  std::size_t octets{};
  std::size_t ip_octets{};  ///< 0: not an IP packet
  bool icmp_error{};
};

/// When a frame leaves the line; nothing: it was dropped, and counted.
struct Passage {
  std::optional<TimePoint> due;
  std::optional<TimePoint> duplicate_due;
};

/// One direction of a cable: the same seed, frames and times give the same passages.
class Line {
 public:
  Line(Impairment const& impairment, std::uint64_t seed);

  Passage pass(FrameOutline const& frame, TimePoint now);

  [[nodiscard]] bool inspects_icmp() const { return impairment_.drop_icmp_errors; }

  LineCounters counters;

 private:
  [[nodiscard]] std::optional<DropReason> reason_to_drop(FrameOutline const& frame);
  [[nodiscard]] TimePoint leave(FrameOutline const& frame, TimePoint now);
  [[nodiscard]] bool chance(double share);

  Impairment impairment_;
  bool perfect_;  ///< nothing but, perhaps, an MTU
  std::mt19937_64 random_;
  TimePoint sent_until_;    ///< when the last bit of the queue is on the wire
  TimePoint last_arrival_;  ///< jitter alone never lets one frame overtake another
};
}  // namespace leadline::lab
