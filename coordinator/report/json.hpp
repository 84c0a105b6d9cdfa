#pragma once
#include "coordinator/report/report.hpp"

#include <iosfwd>

namespace leadline {

/// One JSON object, "leadline.report/v1" (report.schema.json beside this file), written pair by
/// pair: it is never in memory as a whole.
void write_json(std::ostream& out, Report const& report);
}  // namespace leadline
