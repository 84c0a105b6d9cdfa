#include "tests/lab/run/programs.hpp"

#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"

#include <fmt/format.h>

#include <initializer_list>

namespace leadline::lab {
namespace {

/// Shifts a program's wall clock and leaves its monotonic clock alone (libfaketime).
std::vector<std::string> shifted_clock(std::chrono::seconds ahead) {
  if (ahead == std::chrono::seconds{0}) return {};
  for (auto const& entry : std::filesystem::directory_iterator{"/usr/lib"}) {
    auto const library = entry.path() / "faketime" / "libfaketimeMT.so.1";
    std::error_code unreadable;
    if (std::filesystem::exists(library, unreadable))
      return {"LD_PRELOAD=" + library.string(), fmt::format("FAKETIME={:+}", ahead.count()),
              "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1",
              "ASAN_OPTIONS=verify_asan_link_order=0"};
  }
  throw SkippedLab{"faketime is not installed"};
}
}  // namespace

void issue_certificates(Places const& places, Scenario const& scenario) {
  auto const leadline = (places.programs / "leadline").string();
  auto const authority = places.authority().string();
  std::filesystem::remove_all(places.directory / "pki");  // of an earlier run into this directory
  run_to_end({.words = {leadline, "pki", "init", "--out", authority}});
  run_to_end({.words = {leadline, "pki", "issue", "--ca", authority, "--role", "coordinator",
                        "--out", places.tls_of("coordinator").string()}});
  for (auto const& cluster : scenario.clusters)
    run_to_end(
        {.words = {leadline, "pki", "issue", "--ca", authority, "--role", "agent", "--cluster",
                   cluster.name, "--out", places.tls_of(cluster.name).string()}});
}

std::optional<pid_t> start_agent(Places const& places, Scenario const& scenario, Lab const& lab,
                                 LabNode const& node) {
  auto const found = scenario.agents.find(node.cluster + "/" + node.node);
  auto const agent = found == scenario.agents.end() ? AgentOverride{} : found->second;
  if (agent.missing) return std::nullopt;
  CommandLine command{.words = {(places.programs / "leadline-agent").string(), "--coordinator",
                                fmt::format("{}:{}", node.coordinator_address, control_port),
                                "--cluster", node.cluster, "--node", node.node, "--tls",
                                places.tls_of(node.cluster).string(), "--interface", "migration0"},
                      .network_namespace = lab.machine(node.machine).descriptor(),
                      .environment = shifted_clock(agent.clock)};
  if (scenario.migration_tls) {
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
