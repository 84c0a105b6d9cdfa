#pragma once
#include "coordinator/estimate/migration_model.hpp"

#include <string>

// Numbers of an estimate as text; they may be larger than what can be measured.

namespace leadline {

std::string time_text(Seconds time);
std::string octets_text(double octets);
}  // namespace leadline
