#pragma once
#include "coordinator/report/estimate_report.hpp"

#include <iosfwd>

// What would be answered if one thing were otherwise, row by row; nothing where there are no rows.

namespace leadline {

void write_streams(std::ostream& out, EstimateReport const& report);
void write_parallel(std::ostream& out, EstimateReport const& report);
void write_timeouts(std::ostream& out, EstimateReport const& report);
void write_evacuations(std::ostream& out, EstimateReport const& report);
}  // namespace leadline
