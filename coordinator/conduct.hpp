#pragma once
#include "coordinator/progress.hpp"
#include "coordinator/run_options.hpp"
#include "coordinator/survey.hpp"

namespace leadline {

/// Says what the run will cost, asks before a dear one, carries the plan out with the agents that
/// come, and fills the survey with all that they saw; what stopped it early is in it as well.
/// Throws UsageError where it cannot listen or nobody confirms.
void conduct(RunOptions const& options, Survey& survey, Progress& progress);
}  // namespace leadline
