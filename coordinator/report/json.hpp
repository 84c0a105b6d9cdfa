#pragma once
#include "coordinator/report/report.hpp"

#include <nlohmann/json_fwd.hpp>

#include <iosfwd>

namespace leadline {

/// One JSON object, "leadline.report/v1" (report.schema.json beside this file), written pair by
/// pair: it is never in memory as a whole.
void write_json(std::ostream& out, Report const& report);

/// Parts that every document about a run has: what was run, and the bulk tests as handed out.
nlohmann::json run_of(Survey const& survey);
nlohmann::json schedule_of(Survey const& survey);
}  // namespace leadline
