#pragma once
#include "coordinator/report/report.hpp"

#include <string>

namespace leadline {

/// The pairs as a square of letters: sources down, targets across. Nodes of a cluster that look
/// the same from everywhere share a line. Empty where even so it would be wider than a screen.
std::string draw_matrix(Report const& report);
}  // namespace leadline
