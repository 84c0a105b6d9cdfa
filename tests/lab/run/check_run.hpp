#pragma once
#include "tests/lab/run/programs.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace leadline::lab {

/// One `leadline check`.
struct CheckSettings {
  std::string name{"check"};  ///< NAME.stdout, NAME.stderr and NAME.report.json are written
  bool show{};                ///< as text, to the terminal as well; no report.json
  std::vector<std::string> arguments;  ///< empty: the scenario's
  std::vector<Event> events;
  std::function<void(Event const&, pid_t coordinator)> on_event;
  std::chrono::seconds limit{180};  ///< after which it is killed
  std::chrono::seconds stopped{8};  ///< so long a coordinator that an event stopped stays as it is
};

struct CheckOutcome {
  int exit_code{};  ///< 128 + signal if it was killed
  bool out_of_time{};
  std::vector<std::string> events;  ///< the lines of stderr that set events off
  std::chrono::steady_clock::time_point ended;
  std::optional<std::chrono::steady_clock::time_point> lost;  ///< when an event took it away
};

/// A check that has been started.
class CheckRun {
 public:
  CheckRun(Places const& places, Scenario const& scenario, NetworkNamespace const& where,
           CheckSettings settings);

  /// Returns when the coordinator listens, or has ended already.
  void await_listening() const;
  CheckOutcome finish();

 private:
  using Clock = std::chrono::steady_clock;

  /// An event that a line has set off.
  struct DueEvent {
    Event event;
    std::string line;
    Clock::time_point at;
  };

  void take_lines(std::string& unfinished);
  void carry_out_due(CheckOutcome& outcome);
  /// At the latest; earlier where an event is due.
  [[nodiscard]] Clock::time_point wake_at(Clock::time_point latest) const;

  CheckSettings settings_;
  std::vector<DueEvent> due_;
  std::filesystem::path output_;
  FileDescriptor errors_;  ///< what the coordinator says on stderr
  FileDescriptor error_file_;
  pid_t coordinator_{-1};
};
}  // namespace leadline::lab
