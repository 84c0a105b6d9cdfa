#pragma once
#include "probes/core/error.hpp"
#include "probes/core/path.hpp"
#include "probes/linux/connection_option.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>

namespace leadline {

/// What a TCP data connection to the peer's responder is for.
struct DataCall {
  Preamble::Purpose purpose{Preamble::Purpose::reach};
  std::uint32_t session{};
  std::uint64_t parameter{};
  ConnectionOptions options{};
  int most_ports{3};                             ///< tried one after the other
  std::chrono::milliseconds port_timeout{2500};  ///< reach has shown before that the ports answer
};

/// Connects, signs the preamble and checks the welcome: afterwards the two ends know each other.
/// Errors: `try_again` (the peer is busy), `permission_denied` (another node answered, or the peer
/// refused), else the system's of the last port tried.
Async<boost::asio::ip::tcp::socket> open_data_connection(Path path, DataCall call);
}  // namespace leadline
