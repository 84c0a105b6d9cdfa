#pragma once
#include <algorithm>
#include <chrono>

namespace leadline::agent {

/// How long to wait before the next attempt: doubles from 250 ms to 3 s, and takes a random share
/// of it, half at least, so that a thousand agents do not come back in the same instant.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds first{250};
  static constexpr std::chrono::milliseconds longest{3000};

  /// `chance` in [0, 1).
  std::chrono::milliseconds next(double chance) {
    auto const whole = wait_;
    wait_ = std::min(2 * wait_, longest);
    return std::chrono::duration_cast<std::chrono::milliseconds>(whole * (0.5 + (0.5 * chance)));
  }

  void succeeded() { wait_ = first; }

 private:
  std::chrono::milliseconds wait_{first};
};
}  // namespace leadline::agent
