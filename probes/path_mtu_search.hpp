#pragma once
#include "probes/core/observation.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace leadline {

/// Finds the largest packet that arrives, in rounds of about one round trip each: says which sizes
/// to send next, given what became of those before. No socket, no clock (RFC 8899 in bursts).
class PathMtuSearch {
 public:
  /// Sizes of IP packets, largest first, and how often each is to be sent. No sizes: finished.
  struct Round {
    std::vector<std::uint32_t> sizes;
    int copies{};
  };

  /// What became of a round. Late news of earlier rounds may be among it.
  struct Outcome {
    std::set<std::uint32_t> confirmed;     ///< the peer says that they arrived whole
    std::set<std::uint32_t> too_big_here;  ///< the own kernel refused them
    std::set<std::uint32_t> signalled;     ///< MTUs that ICMP errors named
  };

  /// `smallest`: the size of the sentinel, the smallest packet that there is.
  PathMtuSearch(Family family, std::uint32_t smallest, std::uint32_t ceiling);

  [[nodiscard]] Round next() const;
  /// Every size of `round` that is not in the outcome is taken as lost.
  void learn(Round const& round, Outcome const& outcome);

  /// The largest size that arrived; 0: none.
  [[nodiscard]] std::uint32_t largest_confirmed() const { return confirmed_; }

  /// The smallest size above it that did not arrive; 0: none up to the ceiling.
  [[nodiscard]] std::uint32_t smallest_lost() const;

  /// The ceiling given, or less where the own kernel refused to send.
  [[nodiscard]] std::uint32_t ceiling() const { return ceiling_; }

  [[nodiscard]] int rounds() const { return rounds_; }

 private:
  [[nodiscard]] std::vector<std::uint32_t> common_sizes() const;
  [[nodiscard]] std::vector<std::uint32_t> between(std::uint32_t low, std::uint32_t high) const;

  Family family_;
  std::uint32_t smallest_;
  std::uint32_t ceiling_;
  std::uint32_t confirmed_{};
  std::map<std::uint32_t, int> lost_copies_;  ///< sizes above confirmed_, and copies lost of each
  std::set<std::uint32_t> signalled_;
  int rounds_{};
};
}  // namespace leadline
