#pragma once
#include "probes/core/observation.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace leadline {

/// Finds the largest packet that arrives, in rounds of about one round trip each: says which sizes
/// to send next, given what became of those before. No socket, no clock (RFC 8899 in bursts).
/// A burst only narrows the limit down: a queue that it overflows loses packets of any size. A
/// limit is one when it held against packets that were sent alone, each with a smaller one beside
/// it that arrived.
class PathMtuSearch {
 public:
  /// Sizes of IP packets, largest first, and how often each is to be sent. No sizes: finished.
  struct Round {
    std::vector<std::uint32_t> sizes;
    int copies{};
    bool gently{};                      ///< a burst of many small ones with pauses
    std::uint32_t control_octets{};     ///< not 0: one packet alone, and one of this size behind it
    std::chrono::milliseconds pause{};  ///< before it
  };

  /// What became of a round. Late news of earlier rounds may be among it.
  struct Outcome {
    std::set<std::uint32_t> confirmed;     ///< the peer says that they arrived whole
    std::set<std::uint32_t> too_big_here;  ///< the own kernel refused them
    std::set<std::uint32_t> signalled;     ///< MTUs that ICMP errors named
    bool control_arrived{};                ///< of a round that has a control packet
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

  /// The limit is known: all sizes up to the ceiling arrive, or the smallest that does not is lost
  /// for its size and not by chance.
  [[nodiscard]] bool settled() const;

  /// Bursts so far.
  [[nodiscard]] int rounds() const { return rounds_; }

 private:
  /// What was sent of one size, none of which arrived.
  struct Lost {
    int copies{};
    int alone{};   ///< of these, sent alone
    int beside{};  ///< of these, lost while a packet smaller by one octet arrived
  };

  [[nodiscard]] Round lone(std::uint32_t size) const;
  [[nodiscard]] std::size_t lone_tries_of(std::uint32_t size) const;
  void doubt_bursts();
  void learn_lone(Round const& round, Outcome const& outcome);
  [[nodiscard]] bool sure(std::uint32_t size) const;
  [[nodiscard]] bool named_by_router(std::uint32_t lost) const;
  [[nodiscard]] std::vector<std::uint32_t> common_sizes() const;
  [[nodiscard]] std::vector<std::uint32_t> between(std::uint32_t low, std::uint32_t high) const;

  Family family_;
  std::uint32_t smallest_;
  std::uint32_t ceiling_;
  std::uint32_t confirmed_{};
  std::map<std::uint32_t, Lost> lost_;  ///< sizes above confirmed_
  std::set<std::uint32_t> signalled_;
  int rounds_{};
  int lone_tries_{};
  int lost_controls_{};
  int ceiling_looks_{};  ///< lone tries of the ceiling that are due, since a loss was by chance
  bool anew_{};          ///< the usual sizes are due as well
};
}  // namespace leadline
