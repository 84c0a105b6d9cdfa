#pragma once
#include "bench/engine/options.hpp"
#include "probes/core/checked_json.hpp"

namespace leadline::bench {

/// What a program gets that uses boost::asio::ssl::stream as it is: blocking, 256 KiB at a time.
/// Connects and sends for the duration. Throws std::runtime_error.
nlohmann::json asio_send(Options const& options);
/// Takes one connection, and receives until it ends.
nlohmann::json asio_receive(Options const& options);
}  // namespace leadline::bench
