#pragma once
#include "agent/options.hpp"
#include "probes/core/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace leadline::agent {

/// Silence of the coordinator for this long means that it is lost; it pings every second. With the
/// time to stop everything it stays below the 5 s in which all traffic must have ended.
constexpr std::chrono::milliseconds coordinator_silence_limit{4000};

/// Did the coordinator end the connection as it does when it has done? It says so by TLS's
/// close_notify; and where the run was `stopped` before, it just hangs up. `error`: of receive().
bool ended_orderly(Error const& error, bool stopped);

/// Dials the coordinator and serves it; after any loss, again, for as long as it is not cancelled.
/// Every traffic of a run ends with the connection that ordered it.
boost::asio::awaitable<void> attend(Options options);
}  // namespace leadline::agent
