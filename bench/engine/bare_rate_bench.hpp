#pragma once
#include "bench/engine/options.hpp"
#include "probes/core/checked_json.hpp"

namespace leadline::bench {

/// The system calls of a TCP connect with an echo of 64 octets and nothing else: socket, connect,
/// send, recv and a close that resets, as many under way at a time as rate_bench has, between an
/// epoll(7) loop on one processor and another on the other. What the kernel can do here, and so the
/// most that the reach probe could reach. Throws std::system_error.
nlohmann::json bare_echo(Options const& options);
}  // namespace leadline::bench
