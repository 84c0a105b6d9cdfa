#pragma once
#include "coordinator/finding_catalogue.hpp"

#include <span>

namespace leadline {

/// What `leadline lint` finds in manifests: CONFIG_ codes, in the order in which it looks.
std::span<FindingKind const> config_catalogue();
}  // namespace leadline
