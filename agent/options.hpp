#pragma once
#include "probes/core/network.hpp"
#include "probes/core/units.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace leadline::agent {

/// What the command line says. Nothing in it has been tried yet.
struct Options {
  std::string coordinator_host;
  std::string coordinator_port;
  std::string cluster;
  std::string node;
  std::filesystem::path tls;
  std::string interface{"migration0"};
  std::optional<boost::asio::ip::address> address;  ///< instead of the interface's first ones
  std::uint16_t first_port{32768};  ///< without --ports the node's ip_local_port_range
  std::uint16_t last_port{60999};
  std::vector<Network> allow;  ///< --allow; empty: see agent/allowance.hpp
  BitRate max_rate{10e9};
  std::filesystem::path migration_tls;  ///< empty: none
  std::string host_netns;               ///< the host's network namespace; empty: not to be seen
  bool verbose{};
};

/// Reads the command line; empty after --help or --version, whose text is then on `out`.
/// Throws std::invalid_argument with one line that says what is wrong and what is allowed.
std::optional<Options> read_options(int count, char const* const* words, std::ostream& out);
}  // namespace leadline::agent
