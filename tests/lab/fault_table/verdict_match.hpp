#pragma once
#include "probes/core/checked_json.hpp"
#include "tests/lab/scenario/scenario.hpp"

#include <string>
#include <vector>

namespace leadline::lab {
/// What a report says that the scenario does not expect, and the other way round: one sentence
/// each. Every expected finding must be there, once; no other error and no other warning may, but
/// for the warnings that are allowed. Notes (info) are free.
std::vector<std::string> differences(Expectation const& expected, nlohmann::json const& report);
}  // namespace leadline::lab
