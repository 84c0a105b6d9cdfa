#pragma once
#include "tests/lab/scenario/yaml_mapping.hpp"

namespace leadline::lab {
/// One item under `faults`: its first word says what it is.
std::optional<Fault> read_fault(YAML::Node const& node, Mistakes& mistakes);
}  // namespace leadline::lab
