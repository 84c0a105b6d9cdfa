#pragma once
#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace leadline {

/// Tells the user what goes on: a line that changes in place on a terminal, else plain lines, one
/// at the end of each part and every few seconds within it.
class Progress {
 public:
  static constexpr std::chrono::seconds plain_interval{5};

  Progress(std::ostream& out, bool terminal) : out_{out}, terminal_{terminal} {}

  /// A line that stays.
  void say(std::string_view line);
  /// `done` of `total` things of this part. The last one (done == total) stays.
  void step(std::string const& part, std::size_t done, std::size_t total, std::string_view things);

 private:
  using Clock = std::chrono::steady_clock;
  void clear_live_line();

  std::ostream& out_;
  bool terminal_;
  std::string part_;
  std::string shown_;
  Clock::time_point part_began_;
  Clock::time_point last_plain_;
  bool live_{};
};
}  // namespace leadline
