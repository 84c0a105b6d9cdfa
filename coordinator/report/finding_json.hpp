#pragma once
#include "coordinator/finding.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <string>

// Parts that every JSON document of leadline has.

namespace leadline {

nlohmann::json finding_of(Finding const& finding);

/// "2026-11-25T12:00:00Z".
std::string iso_time(std::chrono::system_clock::time_point time);

/// Text from the network may be anything: what is not UTF-8 is replaced, never thrown at.
std::string text_of(nlohmann::json const& value);
}  // namespace leadline
