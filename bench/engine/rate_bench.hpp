#pragma once
#include "bench/engine/options.hpp"
#include "probes/core/checked_json.hpp"

namespace leadline::bench {

/// How many TCP connections with a signed question and answer (what a reach probe does with one
/// port) there are in a second, one after the other, between a responder on one processor and a
/// probe on another. Throws std::runtime_error.
nlohmann::json echo(Options const& options);
/// The same with mutual TLS handshakes: the TLS probe.
nlohmann::json handshakes(Options const& options);
}  // namespace leadline::bench
