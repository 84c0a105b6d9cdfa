#pragma once
#include "coordinator/report/report.hpp"

#include <iosfwd>

namespace leadline {

/// For people: the verdict and why first, then the causes, the matrix, the numbers. At most 100
/// columns wide, but for words that are longer themselves.
void write_text(std::ostream& out, Report const& report, bool colour);
}  // namespace leadline
