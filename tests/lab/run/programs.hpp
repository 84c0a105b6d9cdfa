#pragma once
#include "tests/lab/network/network_namespace.hpp"
#include "tests/lab/network/topology.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace leadline::lab {

inline constexpr int control_port = 9443;

/// Where the programs under test lie, and where the files of this lab go.
struct Places {
  std::filesystem::path programs;
  std::filesystem::path directory;

  [[nodiscard]] std::filesystem::path authority() const { return directory / "pki" / "ca"; }

  /// Of a cluster, or of the coordinator.
  [[nodiscard]] std::filesystem::path tls_of(std::string const& whom) const {
    return directory / "pki" / whom;
  }

  [[nodiscard]] std::filesystem::path migration_tls_of(LabNode const& node) const {
    return directory / "migration-tls" / (node.cluster + "-" + node.node);
  }
};

/// The CA, a certificate for the coordinator and one for the agents of each cluster, as
/// `leadline pki` makes them. Throws std::runtime_error.
void issue_certificates(Places const& places, Scenario const& scenario);

/// Starts the agent of this node in its namespace, `where`; its output goes to
/// agents/CLUSTER-NODE.log. Nothing: the scenario does without it. Throws SkippedLab where its
/// clock cannot be changed.
std::optional<pid_t> start_agent(Places const& places, Scenario const& scenario,
                                 NetworkNamespace const& where, LabNode const& node);
}  // namespace leadline::lab
