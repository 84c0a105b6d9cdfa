#pragma once
#include "coordinator/survey.hpp"
#include "probes/core/checked_json.hpp"

#include <string>
#include <vector>

namespace leadline {

/// Broadcast domains, ports and address holders, as the report's key "layer2" has them.
nlohmann::json layer2_of(Survey const& survey);
/// The same for people, a sentence each; empty if the plan has no such stage.
std::vector<std::string> layer2_lines(Survey const& survey);
}  // namespace leadline
