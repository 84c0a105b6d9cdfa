#pragma once
#include "probes/core/checked_json.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace leadline::lab {
/// Where the report breaks the JSON schema; empty: nowhere. Throws std::runtime_error if the schema
/// cannot be read.
std::vector<std::string> schema_violations(nlohmann::json const& report,
                                           std::filesystem::path const& schema);
}  // namespace leadline::lab
