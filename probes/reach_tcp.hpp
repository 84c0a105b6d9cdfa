#pragma once
#include "probes/reach.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <vector>

namespace leadline {

/// Every TCP port of the path at once, a bounded number at a time: does a connection open, and who
/// is at its other end?
boost::asio::awaitable<std::vector<Attempt>> reach_by_tcp(Path path,
                                                          std::chrono::milliseconds timeout);
}  // namespace leadline
