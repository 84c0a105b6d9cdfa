#pragma once
#include "agent/options.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace leadline::agent {

/// Silence of the coordinator for this long means that it is lost; it pings every second. With the
/// time to stop everything it stays below the 5 s in which all traffic must have ended.
constexpr std::chrono::milliseconds coordinator_silence_limit{4000};

/// Dials the coordinator and serves it; after any loss, again, for as long as it is not cancelled.
/// Every traffic of a run ends with the connection that ordered it.
boost::asio::awaitable<void> attend(Options options);
}  // namespace leadline::agent
