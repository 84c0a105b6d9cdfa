#pragma once
#include "probes/core/checked_json.hpp"
#include "tests/lab/switch/fabric.hpp"

namespace leadline::lab {
/// Per port and link, per direction: what was forwarded, and what was dropped for which reason.
nlohmann::json describe_counters(Fabric& fabric);
}  // namespace leadline::lab
