#pragma once
#include "coordinator/batches.hpp"
#include "coordinator/logbook.hpp"
#include "coordinator/progress.hpp"
#include "coordinator/survey.hpp"
#include "probes/core/condition.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <span>

namespace leadline {

/// Does the fabric carry all nodes at once? Measures pairs that share no node, each alone and then
/// all together, with the heaviest kind of the plan, into survey.saturation. What it is given
/// outlives it.
class Saturation {
 public:
  Saturation(Survey& survey, Logbook& logbook, Batches& batches, Condition& condition,
             Progress& progress)
      : survey_{survey},
        logbook_{logbook},
        batches_{batches},
        condition_{condition},
        progress_{progress} {}

  /// Of fewer than two pairs nothing is measured.
  boost::asio::awaitable<void> run();

  /// Measures what second_looks() finds once more, one pair after the other, into
  /// survey.second_looks and, as any other test, into the logbook and the schedule.
  boost::asio::awaitable<void> look_again();

 private:
  enum class Keep { rate_only, observation };
  void choose();
  /// One test on each of these pairs, all at once; `into` is the figure that they fill.
  boost::asio::awaitable<void> measure(std::span<SaturationTest> tests,
                                       double SaturationTest::* into, Keep keep = Keep::rate_only);
  void note(SaturationTest const& look, double started_seconds, double ended_seconds);

  Survey& survey_;
  Logbook& logbook_;
  Batches& batches_;
  Condition& condition_;
  Progress& progress_;
  std::map<NodePair, Family> family_;
};
}  // namespace leadline
