#pragma once
#include "coordinator/batches.hpp"
#include "coordinator/logbook.hpp"
#include "coordinator/participants.hpp"
#include "coordinator/progress.hpp"
#include "coordinator/roster.hpp"
#include "coordinator/survey.hpp"
#include "probes/core/condition.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadline {

/// Carries a plan out with the agents that come: waits for them, prepares them, takes them through
/// the stages, and stops them. All that was seen is in the survey at any moment, so that a run that
/// is broken off still has its report.
class Campaign {
 public:
  /// The survey's plan is the plan. Roster, survey and progress outlive the campaign.
  Campaign(boost::asio::any_io_executor executor, std::shared_ptr<Roster> roster, Survey& survey,
           Progress& progress);
  ~Campaign();
  Campaign(Campaign const&) = delete;
  Campaign& operator=(Campaign const&) = delete;

  /// Until everything the plan asks for has been tried. Cancel it to break the run off.
  boost::asio::awaitable<void> run();
  /// Tells every agent to stop now, and notes what was never measured. After run(), however it
  /// ended.
  void finish();

 private:
  using Time = std::chrono::steady_clock::time_point;
  using NodeProbes = std::function<std::vector<AnyProbe>(NodeIndex)>;

  boost::asio::awaitable<void> probe_stage(Stage stage);
  /// Each node by itself, all at once; nothing where there are no probes for it.
  boost::asio::awaitable<void> probe_nodes(std::string_view what, NodeProbes probes_of,
                                           std::chrono::seconds longest);
  boost::asio::awaitable<void> bulk_stage();

  void said(Roster::Member const& member, AgentMessage message);
  void left(Roster::Member const& member, std::string const& why);
  /// What is left of the probes where some can mean nothing (which, in their order), by source.
  using Errands = std::map<std::pair<NodeIndex, std::vector<bool>>, std::vector<BatchTarget>>;
  /// The errands of a stage; what cannot mean anything is filed as skipped.
  Errands errands_of(std::vector<AnyProbe> const& probes);
  /// Files of each errand that it came to nothing, where nothing came of it: of two families one
  /// would else stand for both.
  void file_missing(Errands const& errands, std::vector<AnyProbe> const& probes);

  std::shared_ptr<Roster> roster_;
  Survey& survey_;
  Progress& progress_;
  Condition condition_;
  RunId run_;
  Participants participants_;
  Logbook logbook_;
  Batches batches_;
  bool finished_{};
};
}  // namespace leadline
