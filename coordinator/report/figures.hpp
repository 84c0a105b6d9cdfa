#pragma once
#include "coordinator/survey.hpp"

#include <string>

namespace leadline {

/// The measured numbers, a few lines for each direction between clusters: latency, loss, path MTU,
/// and bandwidth by kind of test. Medians with the worst pair beside them.
std::string write_figures(Survey const& survey);
}  // namespace leadline
