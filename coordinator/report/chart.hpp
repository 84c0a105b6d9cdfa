#pragma once
#include "coordinator/estimate/migration_model.hpp"

#include <string>
#include <vector>

namespace leadline {

/// What remains to be sent against time, as text: 60 columns, 10 lines, and the axes. Empty for
/// less than two milestones.
std::string draw_course(std::vector<Milestone> const& course);
}  // namespace leadline
