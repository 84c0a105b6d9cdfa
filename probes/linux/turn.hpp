#pragma once

namespace leadline {

/// After so many packets in a row it is the turn of the others on this thread, and of the deadline:
/// who sends faster than we read must not keep an agent from its coordinator. What is left over
/// ends the next wait at once.
constexpr int most_in_a_row = 256;

/// The last look before a result is made. An agent that stood still finds all that came meanwhile
/// in its sockets' buffers; this is more than they hold, and yet an end.
constexpr int most_at_the_end = 4096;
}  // namespace leadline
