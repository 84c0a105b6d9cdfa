#pragma once
#include "coordinator/estimate/evacuation.hpp"
#include "coordinator/estimate/machine_estimate.hpp"

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// What `leadline estimate` shows.
struct EstimateReport {
  std::string command;
  std::vector<MachineEstimate> machines;
  std::string path;      ///< where the bandwidth comes from
  std::string settings;  ///< where the timeouts come from
  std::optional<std::chrono::seconds> progress_timeout;
  std::vector<std::string> notes;           ///< what was asked, and is answered otherwise
  std::vector<TimeoutComparison> timeouts;  ///< of a single VM
  std::vector<Alternative> parallel;        ///< of a single VM
  long parallel_outbound_per_node{};        ///< more of `parallel` leave from several nodes only
  std::vector<Evacuation> evacuations;
  Estimate::Verdict verdict{Estimate::Verdict::uncertain};  ///< the worst of all
  int exit_code{30};
  std::string failure;  ///< why nothing was answered; else empty
};

/// The worst answer of all; uncertain for none.
Estimate::Verdict worst_verdict(std::vector<MachineEstimate> const& machines);
/// 0, 20 or 30: the same for every way of output.
int exit_code(Estimate::Verdict verdict);

/// For people, with a chart where there is a single VM.
void write_estimate_text(std::ostream& out, EstimateReport const& report);
/// One JSON object, "leadline.estimate/v1" (estimate.schema.json beside this file).
void write_estimate_json(std::ostream& out, EstimateReport const& report);
}  // namespace leadline
