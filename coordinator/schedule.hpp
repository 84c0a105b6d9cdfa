#pragma once
#include "coordinator/bulk_kinds.hpp"
#include "coordinator/pairs.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// One bulk test to be run now.
struct BulkTest {
  NodePair pair;
  std::size_t kind{};  ///< position in the kinds of the schedule
  auto operator<=>(BulkTest const&) const = default;
};

/// Which bulk test may run next so that no node is in two at once? Dynamic matching: the free node
/// with most tests left, with the free peer that has most left. Pure: it is told the time.
class Schedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr int retries = 2;
  static constexpr std::size_t failures_in_a_row = 3;  ///< with different partners
  static constexpr std::chrono::seconds retry_pause{1};

  /// At most most_bulk_kinds; the pairs without repetition.
  Schedule(std::vector<NodePair> const& pairs, std::vector<BulkKind> kinds, std::size_t nodes);

  /// A test whose nodes are both free, now taken until finish(); nothing if none can start.
  std::optional<BulkTest> next(Time now);

  enum class End { measured, busy, timed_out, failed };
  enum class Fate { settled, queued_again };
  /// Frees both nodes. Busy and timed out tests come again at the end of the queue, twice at most.
  Fate finish(BulkTest const& test, End end, Time now);

  /// No more tests with this node (it left).
  void set_aside(NodeIndex node);

  /// When next() may give something although nothing finishes: the earliest retry that is not due
  /// yet. One that is due and was not given waits for a node, so for something to finish.
  [[nodiscard]] std::optional<Time> wake_at(Time now) const;
  [[nodiscard]] bool finished() const;  ///< nothing runs and nothing is left

  [[nodiscard]] std::size_t left() const { return left_; }  ///< neither settled nor running

  [[nodiscard]] std::size_t running() const { return running_; }

  [[nodiscard]] BulkKind const& kind(BulkTest const& test) const { return kinds_[test.kind]; }

  /// Nodes with three failures in a row, or that left.
  [[nodiscard]] std::vector<NodeIndex> nodes_set_aside() const;

  /// Tests that will not run because one of their nodes was set aside.
  [[nodiscard]] std::vector<BulkTest> const& abandoned() const { return abandoned_; }

 private:
  struct Node {
    bool busy{};
    bool aside{};
    std::uint32_t as_source{};  ///< fresh tests left
    std::uint32_t as_target{};
    std::vector<NodeIndex> failed_with;  ///< since its last success, without repetition

    [[nodiscard]] std::uint32_t left() const { return as_source + as_target; }
  };

  struct Retry {
    BulkTest test;
    Time not_before;
  };

  std::uint32_t& fresh(NodePair pair) {
    return fresh_[(pair.source * nodes_.size()) + pair.target];
  }

  std::optional<BulkTest> next_fresh();
  [[nodiscard]] NodeIndex take_busiest_freed();
  std::optional<NodeIndex> best_peer(NodeIndex node);
  void forget_free(NodeIndex node);
  std::optional<BulkTest> next_retry(Time now);
  BulkTest take(NodePair pair);
  void start(BulkTest const& test);
  void count_failure(NodeIndex node, NodeIndex partner);

  std::vector<BulkKind> kinds_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> fresh_;  ///< a bit a kind, for each ordered pair of nodes
  std::vector<NodeIndex> freed_;      ///< free nodes whose peers are still to be looked at
  std::vector<NodeIndex> idle_;       ///< free nodes with no fresh test between any two of them
  std::vector<Retry> retries_;
  std::map<BulkTest, int> tried_again_;
  std::vector<BulkTest> abandoned_;
  std::size_t left_{};
  std::size_t running_{};
};
}  // namespace leadline
