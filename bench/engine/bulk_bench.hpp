#pragma once
#include "bench/engine/options.hpp"
#include "probes/core/checked_json.hpp"

namespace leadline::bench {

/// Connects, sends for the duration with the project's own streams, and says what that took.
/// Throws std::runtime_error.
nlohmann::json send(Options const& options);
/// Listens, takes as many connections as there are streams, and receives until they end.
nlohmann::json receive(Options const& options);
/// Both in this process, each on its processor.
nlohmann::json send_and_receive(Options const& options);
}  // namespace leadline::bench
