#pragma once
#include "coordinator/batches.hpp"
#include "coordinator/logbook.hpp"
#include "coordinator/schedule.hpp"
#include "coordinator/survey.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace leadline {

/// The bulk tests of a run on their way: hands one out whenever two nodes are free, takes in what
/// has ended, and writes the schedule as it really went into the survey.
class BulkRound {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Pairs that cannot be measured are filed as skipped.
  BulkRound(Survey& survey, Logbook& logbook, Batches& batches, Time now);
  BulkRound(BulkRound const&) = delete;
  BulkRound& operator=(BulkRound const&) = delete;
  /// What is still out, where the run is broken off, is filed nowhere.
  ~BulkRound();

  void hand_out(Time now);
  void take_in(Time now);
  /// Something has ended, so that take_in() is worth a call.
  [[nodiscard]] bool any_ended() const;
  /// Latest moment to look again even if nothing ends.
  [[nodiscard]] Time look_again(Time now) const;

  [[nodiscard]] bool finished() const { return schedule_.finished(); }

  /// Notes what was given up. Once, at the end.
  void close(Time now);

  [[nodiscard]] std::size_t settled() const { return settled_; }

  [[nodiscard]] std::size_t total() const { return total_; }

  /// For the progress line: what the last test measured and how long the rest will take, such as
  /// " (9.41 Gbit/s last, about 40 s left)", or before the first has ended " (for 3 s so far)".
  [[nodiscard]] std::string outlook(Time now) const;

 private:
  /// What came of a test, apart from what was measured beside it.
  struct Heard {
    Status status{Status::inconclusive};
    bool result{};
    std::string reason;  ///< of what is not ok
  };

  /// A test that is out, and until when its nodes are its own.
  struct Lease {
    BulkTest test;
    std::shared_ptr<Heard> heard;
    Time until;
    double started_seconds{};
  };

  static Schedule schedule_for(Survey& survey, Logbook& logbook,
                               std::map<NodePair, Family>& family);
  [[nodiscard]] double since_start(Time now) const;
  [[nodiscard]] Batches::Sink file(std::shared_ptr<Heard> heard);
  void finish(std::uint32_t id, Schedule::End end, std::string const& reason, Time now);
  /// Of a test that will not come again: each that is settled is measured or has its reason.
  void file_why_not(BulkTest const& test, Schedule::End end);
  void set_lost_nodes_aside();

  Survey& survey_;
  Logbook& logbook_;
  Batches& batches_;
  std::map<NodePair, Family> family_;
  Schedule schedule_;
  Time began_;
  std::map<std::uint32_t, Lease> leases_;
  std::set<NodeIndex> aside_;
  std::size_t total_;
  std::size_t settled_{};
  Time last_settled_;
  BitRate last_rate_;
};
}  // namespace leadline
