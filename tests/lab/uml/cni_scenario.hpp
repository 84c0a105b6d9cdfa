#pragma once
#include "tests/lab/scenario/scenario.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace leadline::lab {

/// How one node gets its migration network.
struct NodeSetup {
  std::string before;  ///< shell: what the administrator does on the host before its pods come
  std::string nad;     ///< spec.config of the NetworkAttachmentDefinition: JSON
  std::string pod;     ///< shell: what is done in the pod then; $ADDRESS has a prefix length
  std::string after;   ///< shell: what the administrator does once the pods are there
};

/// Two clusters of two nodes whose pods the real CNI plugins attach. Each host has its NIC, eth1,
/// in a port of its cluster's switch that passes VLAN 1 untagged and all others tagged; so does the
/// trunk between the two switches.
struct CniScenario {
  Scenario run;     ///< what is run there and must be said: nothing of it describes the network
  bool one_host{};  ///< the pods of a cluster are on one host, that of its n1
  std::map<std::string, NodeSetup> nodes;  ///< by "east/n1"
  std::string switches;  ///< shell, in the end: ports are east-n1 ..., east-trunk and west-trunk
};

/// Throws std::invalid_argument with all mistakes, each with its line.
CniScenario read_cni_scenario(std::filesystem::path const& file);
}  // namespace leadline::lab
