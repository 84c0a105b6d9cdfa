#include "tests/lab/run/programs.hpp"

#include "coordinator/pki.hpp"
#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"
#include "tests/sanitizers.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace leadline::lab {
namespace {

/// Shifts a program's wall clock and leaves its monotonic clock alone (libfaketime).
std::vector<std::string> shifted_clock(std::chrono::seconds ahead) {
  if (ahead == std::chrono::seconds{0}) return {};
#if defined(LEADLINE_ADDRESS_SANITIZER) || defined(LEADLINE_THREAD_SANITIZER)
  throw SkippedLab{"libfaketime cannot be loaded before a sanitizer"};
#endif
  for (auto const& entry : std::filesystem::directory_iterator{"/usr/lib"}) {
    auto const library = entry.path() / "faketime" / "libfaketimeMT.so.1";
    std::error_code unreadable;
    if (std::filesystem::exists(library, unreadable))
      return {"LD_PRELOAD=" + library.string(), fmt::format("FAKETIME={:+}", ahead.count()),
              "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"};
  }
  throw SkippedLab{"faketime is not installed"};
}
}  // namespace

void issue_certificates(Places const& places, Scenario const& scenario) {
  std::filesystem::remove_all(places.directory / "pki");  // of an earlier run into this directory
  auto must = [](tl::expected<void, std::string> const& done) {
    if (!done) throw std::runtime_error{done.error()};
  };
  auto issue_to = [&](Identity identity, std::string const& whom) {
    must(issue({.authority = places.authority(),
                .identity = std::move(identity),
                .out = places.tls_of(whom)}));
  };
  must(make_authority(places.authority()));
  issue_to({.role = Identity::Role::coordinator, .cluster = {}}, "coordinator");
  for (auto const& cluster : scenario.clusters)
    issue_to({.role = Identity::Role::agent, .cluster = cluster.name}, cluster.name);
}

std::optional<pid_t> start_agent(Places const& places, Scenario const& scenario,
                                 NetworkNamespace const& where, LabNode const& node) {
  auto const found = scenario.agents.find(node.cluster + "/" + node.node);
  auto const agent = found == scenario.agents.end() ? AgentOverride{} : found->second;
  if (agent.missing) return std::nullopt;
  CommandLine command{.words = {(places.programs / "leadline-agent").string(), "--coordinator",
                                fmt::format("{}:{}", node.coordinator_address, control_port),
                                "--cluster", node.cluster, "--node", node.node, "--tls",
                                places.tls_of(node.cluster).string(), "--interface", "migration0"},
                      .network_namespace = where.descriptor(),
                      .environment = shifted_clock(agent.clock)};
  if (identity_of(scenario, node.cluster + "/" + node.node) != MigrationIdentity::none) {
    command.words.emplace_back("--migration-tls");
    command.words.push_back(places.migration_tls_of(node).string());
  }
  command.words.insert(command.words.end(), agent.arguments.begin(), agent.arguments.end());
  auto const logs = places.directory / "agents";
  std::filesystem::create_directories(logs);
  auto const log = create_file(logs / fmt::format("{}-{}.log", node.cluster, node.node));
  command.standard_output = command.standard_error = log.get();
  return start(command);
}
}  // namespace leadline::lab
