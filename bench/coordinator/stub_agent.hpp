#pragma once
#include "bench/coordinator/stub_results.hpp"
#include "probes/core/node_name.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>

namespace leadline::bench {

/// An agent that speaks the real protocol over a real mutual TLS connection, and imagines what the
/// probes would have seen.
struct StubAgent {
  NodeName name;
  ImaginedFaults faults;
  std::shared_ptr<TlsIdentity const> identity;
  std::shared_ptr<std::size_t> orders;  ///< counts the coordinator's messages, but for its pings
};

/// Dials until somebody listens, then serves one run. Throws std::runtime_error when it is refused.
boost::asio::awaitable<void> attend(StubAgent agent, boost::asio::ip::tcp::endpoint coordinator);
}  // namespace leadline::bench
