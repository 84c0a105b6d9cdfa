#pragma once
#include "tests/lab/scenario/scenario.hpp"
#include "tests/lab/switch/fabric_settings.hpp"

#include <map>
#include <string>
#include <vector>

namespace leadline::lab {

struct TapInterface {
  std::string name;
  std::size_t port{};
  bool carrier{true};
  BitRate line_rate{};  ///< 0: as fast as the machine can
};

/// A network namespace and how it is set up.
struct Machine {
  std::string name;  ///< "east/n1", "router1"
  std::vector<TapInterface> taps;
  std::map<std::string, std::string> sysctls;  ///< relative to /proc/sys/net
  std::vector<std::string> ip_commands;        ///< lines for `ip -batch`
  std::vector<std::string> nft_commands;       ///< lines for `nft -f`
  std::vector<std::string> shell_commands;
};

/// What else is known of a machine that is a node.
struct LabNode {
  std::size_t machine{};
  std::string cluster;
  std::string node;
  std::vector<std::string> addresses;  ///< of migration0, without prefix length
  std::string management_address;      ///< of mgmt0
  std::string coordinator_address;     ///< the other end of its cable
};

/// All that a scenario makes of machines, addresses, cables and faults, before anything is done.
struct Topology {
  std::vector<Machine> machines;
  std::vector<LabNode> nodes;
  FabricSettings fabric;
};

/// Throws std::invalid_argument if a fault names a node, router or cluster that is not there.
Topology plan_topology(Scenario const& scenario);
}  // namespace leadline::lab
