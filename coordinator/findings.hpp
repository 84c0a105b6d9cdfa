#pragma once
#include "coordinator/finding.hpp"
#include "coordinator/survey.hpp"
#include "coordinator/symptoms.hpp"

#include <vector>

namespace leadline {

/// What is wrong, each cause once, the worst first: symptoms blamed on the smallest set of causes,
/// layer by layer, and what a cause explains folded under it.
std::vector<Finding> find_causes(Survey const& survey, Symptoms const& symptoms);
}  // namespace leadline
