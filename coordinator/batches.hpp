#pragma once
#include "coordinator/logbook.hpp"
#include "coordinator/roster.hpp"
#include "probes/core/condition.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace leadline {

/// The work that is out with the agents: hands it out, files what comes back, and knows what is
/// still owed.
class Batches {
 public:
  Batches(Roster& roster, Survey& survey, Logbook& logbook, Condition& condition, RunId run)
      : roster_{roster}, survey_{survey}, logbook_{logbook}, condition_{condition}, run_{run} {}

  /// Where the observations of a batch go.
  using Sink = std::function<void(Observation const&)>;

  /// Sends the batch to its node; its id. Without a sink of its own what comes back is filed in the
  /// logbook. A batch for a node that is gone has ended at once.
  std::uint32_t hand_out(NodeIndex node, Batch batch, Sink sink = {});
  void said(NodeIndex node, Observed message);
  void said(NodeIndex node, BatchDone const& message);
  /// The node is gone: what it owed will not come.
  void left(NodeIndex node);

  /// How a batch that is no longer out ended.
  struct Ended {
    bool busy{};
    bool lost{};  ///< the agent left
  };

  [[nodiscard]] bool is_out(std::uint32_t id) const { return out_.contains(id); }

  [[nodiscard]] std::size_t count_out() const { return out_.size(); }

  [[nodiscard]] std::size_t observations() const { return observations_; }

  Ended take(std::uint32_t id);

  /// Nobody waits for these any more; what still comes of them is not filed.
  void abandon(std::uint32_t id) { out_.erase(id); }

  void abandon_all() { out_.clear(); }

 private:
  struct Out {
    NodeIndex node{};
    Sink sink;
    std::size_t room{};  ///< for observations that may still come
  };

  void end(std::uint32_t id, bool busy, bool lost);

  Roster& roster_;
  Survey& survey_;
  Logbook& logbook_;
  Condition& condition_;
  RunId run_;
  std::uint32_t next_id_{1};
  std::map<std::uint32_t, Out> out_;
  std::map<std::uint32_t, Ended> ended_;
  std::size_t observations_{};
};
}  // namespace leadline
