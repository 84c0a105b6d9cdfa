#pragma once
#include "coordinator/estimate/alternatives.hpp"
#include "coordinator/estimate/governing_settings.hpp"
#include "coordinator/estimate/migration_path.hpp"

#include <string>
#include <vector>

namespace leadline {

/// A VM and the answer for it.
struct MachineEstimate {
  std::string name;
  std::string node;  ///< empty: not known
  int streams{};     ///< whose rate was taken; 0: one was given for any number
  Question question;
  Estimate answer;
  std::vector<std::string> policies;    ///< MigrationPolicies that hold for it
  std::vector<std::string> possible;    ///< that may, if it has labels which are not known
  std::string doubt;                    ///< why it is uncertain what else would have an answer
  std::vector<Alternative> by_streams;  ///< one stream and several, where both were measured
};

/// `asked` holds what is the same for all VMs: dirty rate, working set (of memory at most), how
/// many side by side, and what is allowed beyond the settings. An answer that hangs on what is not
/// known is uncertain.
MachineEstimate estimate_machine(Machine const& machine, Question asked, MigrationPath const& path,
                                 GoverningSettings const& settings);
}  // namespace leadline
