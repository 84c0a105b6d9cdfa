#pragma once
#include "coordinator/logbook.hpp"
#include "coordinator/progress.hpp"
#include "coordinator/roster.hpp"
#include "coordinator/survey.hpp"
#include "probes/core/condition.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <vector>

namespace leadline {

/// The agents that take part in a run: who came in time, what each listens on, and what had arrived
/// at it. Agents that come later are none of its business.
class Participants {
 public:
  /// All of them outlive it. Whoever passes on what agents say notifies the condition.
  Participants(Roster& roster, Survey& survey, Progress& progress, Condition& condition, RunId run);

  /// Until all agents that the plan expects are here, or its `wait` is over. Then every agent that
  /// came is a node of the survey, has the run's key, and has said what it listens on.
  boost::asio::awaitable<void> gather();
  /// Chooses the pairs, opens the logbook and tells every agent its peers. After gather().
  void introduce(Logbook& logbook);
  /// After a run that ended before gather() did, those that were there are the survey's nodes;
  /// after any other, who came too late is said.
  void account_for_all();
  /// Asks all what arrived from whom. For 5 s at most: those that say nothing are left out.
  boost::asio::awaitable<void> count_arrivals();

  /// What an agent says of itself: Prepared or Counted; no other message means anything here.
  void said(NodeIndex index, AgentMessage message);

  /// By name, in the survey's order.
  [[nodiscard]] std::map<NodeName, NodeIndex> const& indices() const { return indices_; }

  [[nodiscard]] std::optional<NodeIndex> index_of(NodeName const& name) const;
  /// Where the node can be probed; empty when it did not get ready.
  [[nodiscard]] std::vector<Listening> const& listening(NodeIndex index) const;

 private:
  boost::asio::awaitable<void> wait_for_agents();
  boost::asio::awaitable<void> prepare();
  [[nodiscard]] std::string why_left_out(NodeName const& name) const;
  void file(NodeIndex index, Prepared prepared);
  void file(NodeIndex index, Counted const& counted);

  Roster& roster_;
  Survey& survey_;
  Progress& progress_;
  Condition& condition_;
  RunId run_;
  std::map<NodeName, NodeIndex> indices_;
  std::vector<std::optional<Prepared>> prepared_;
  std::vector<bool> counted_;
};
}  // namespace leadline
