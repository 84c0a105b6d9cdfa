#pragma once
#include "coordinator/estimate/estimate.hpp"

#include <string>
#include <string_view>

// An estimate's figures as text; they may be larger than what can be measured.

namespace leadline {

std::string time_text(Seconds time);
std::string octets_text(double octets);
/// "IN TIME".
std::string_view headline(Estimate::Verdict verdict);
}  // namespace leadline
