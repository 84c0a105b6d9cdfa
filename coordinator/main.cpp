#include "coordinator/commands/command.hpp"
#include "coordinator/kubernetes/live_cluster.hpp"
#include "probes/linux/standard_streams.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <iostream>

namespace {
using namespace leadline;

constexpr std::array commands{
    Command{.name = "bench",
            .synopsis = "leadline bench --listen ADDR:PORT --tls DIR --expect CLUSTER=NODES ...",
            .purpose = "how fast is it between all nodes, and what keeps it from being faster?",
            .run = bench},
    Command{.name = "check",
            .synopsis = "leadline check --listen ADDR:PORT --tls DIR --expect CLUSTER=NODES ...",
            .purpose = "can VMs be migrated between (or within) these clusters?",
            .run = check},
    Command{.name = "estimate",
            .synopsis = "leadline estimate --bandwidth RATE --memory SIZE --dirty-rate RATE ...",
            .purpose = "will this VM migrate over this path before KubeVirt gives up?",
            .run = estimate},
    Command{.name = "explain",
            .synopsis = "leadline explain [CODE]",
            .purpose = "what a finding means for a migration, and what to do about it",
            .run = explain},
    Command{.name = "init",
            .synopsis = "leadline init --cluster CLUSTER ... --range RANGE --master NIC --out DIR",
            .purpose = "writes the manifests of a migration network that clusters share",
            .run = init},
    Command{.name = "lint",
            .synopsis = "leadline lint --cluster CLUSTER=PATH --cluster CLUSTER=PATH ...",
            .purpose = "do the clusters' manifests give a migration network that can work?",
            .run = lint},
    Command{
        .name = "pki",
        .synopsis = "leadline pki init|issue ...",
        .purpose = "makes the certificate authority and the certificates of agents and coordinator",
        .run = pki},
    Command{.name = "verify-vmi",
            .synopsis = "leadline verify-vmi FILE --cluster CLUSTER=PATH ...",
            .purpose = "after a migration: did it take the migration network?",
            .run = verify_vmi},
};

void print_usage(std::ostream& out) {
  out << "leadline " LEADLINE_VERSION ": will the migration network carry a live migration?\n\n";
  for (auto const& command : commands)
    out << fmt::format("  {}\n      {}\n", command.synopsis, command.purpose);
  out << "\n'leadline COMMAND --help' tells a command's options.\n";
}

int dispatch(Words const& words) {
  if (words.empty()) {
    print_usage(std::cerr);
    return exit_codes::usage;
  }
  if (words.front() == "--help" || words.front() == "help") {
    print_usage(std::cout);
    return exit_codes::ready;
  }
  if (words.front() == "--version") {
    std::cout << "leadline " LEADLINE_VERSION "\n";
    return exit_codes::ready;
  }
  auto const* const command = std::ranges::find(commands, words.front(), &Command::name);
  if (command == commands.end())
    throw UsageError{fmt::format("there is no command '{}': see 'leadline --help'", words.front())};
  return command->run({words.begin() + 1, words.end()});
}
}  // namespace

int main(int count, char** words) {
  occupy_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error code, not the end
  spdlog::set_default_logger(spdlog::stderr_color_mt("leadline"));
  spdlog::set_pattern("%H:%M:%S %^%l%$ %v");
  try {
    auto const code = dispatch({words + 1, words + count});
    require_written(std::cout, "standard output");
    return code;
  } catch (UsageError const& e) {
    std::cerr << "leadline: " << e.what() << '\n';
    return exit_codes::usage;
  } catch (ApiUnavailable const& e) {
    std::cerr << "leadline: " << e.what() << '\n';
    return exit_codes::unknown;
  } catch (OutputError const& e) {
    std::cerr << "leadline: " << e.what() << '\n';
    return exit_codes::internal_error;
  } catch (std::exception const& e) {
    std::cerr << "leadline: internal error: " << e.what() << '\n';
    return exit_codes::internal_error;
  }
}
