#pragma once
#include "bench/engine/options.hpp"
#include "probes/core/checked_json.hpp"

namespace leadline::bench {

/// The system calls of a path-ceiling stream and nothing else: vmsplice(2) and splice(2) of one
/// buffer against recv(2) with MSG_TRUNC. What the kernel can do here, and so the most that the
/// engine could reach. Throws std::system_error.
nlohmann::json bare_send(Options const& options);
nlohmann::json bare_receive(Options const& options);
}  // namespace leadline::bench
