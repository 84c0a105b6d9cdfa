#pragma once
#include "coordinator/survey.hpp"
#include "probes/wire/message.hpp"

#include <cstdint>
#include <optional>

namespace leadline {

/// What an answered ping tells: the agent's clock against the middle of the round trip, which is
/// wrong by half of that at most (as in NTP, RFC 5905 section 8). `now_ns`: when the answer came,
/// by the coordinator's clock, in ns since 1970. Empty for times that cannot be: an agent may say
/// anything.
std::optional<ClockOffset> told_offset(Pong const& pong, std::int64_t now_ns);

/// By how much most nodes' clocks are ahead of the coordinator's, in ms: where they agree, it is
/// the coordinator's that is wrong. The median; of two in the middle, the smaller. 0: nobody told.
double median_offset_ms(Survey const& survey);

/// When the run started by the clocks of most nodes, in seconds since 1970. What certificates are
/// held against: nodes use them, and the coordinator may run on anybody's laptop.
std::int64_t start_by_the_nodes(Survey const& survey);
}  // namespace leadline
