#pragma once
#include "probes/core/units.hpp"

#include <string>

namespace leadline::lab {
/// The plan of a check for a VM that takes this bandwidth, over one stream of TLS as it will be
/// sent; `plan` is what the scenario's own plan says besides (YAML, or nothing).
std::string plan_for(BitRate needed, std::string const& plan);
}  // namespace leadline::lab
