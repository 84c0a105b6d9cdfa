#pragma once
#include "probes/core/checked_json.hpp"

#include <string>

namespace leadline {

/// What a scalar without quotes stands for: null, a truth value, a number or its own text, as
/// Kubernetes' reader (YAML 1.1) takes it.
nlohmann::json plain_yaml_value(std::string const& text);
}  // namespace leadline
