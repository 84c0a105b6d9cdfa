#include "coordinator/commands/command.hpp"
#include "coordinator/lint/lint_options.hpp"
#include "coordinator/manifests/cluster_files.hpp"
#include "coordinator/manifests/manifest_files.hpp"
#include "coordinator/manifests/migration_trace.hpp"
#include "coordinator/output_format.hpp"
#include "coordinator/report/finding_json.hpp"
#include "coordinator/report/finding_text.hpp"
#include "coordinator/run_options.hpp"
#include "probes/core/checked_json.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

namespace leadline {
namespace {
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr std::string_view usage =
    "leadline verify-vmi FILE --cluster NAME=PATH [--cluster NAME=PATH ...] [options]\n"
    "After a migration: did it take the migration network? FILE has VirtualMachineInstances, as\n"
    "'oc get vmi NAME -o yaml' shows them.\n"
    "Exit codes: 0 all did, 20 one did not, 30 unknown, 2 usage, 1 internal.\n";

struct VerifyOptions {
  std::filesystem::path machines;
  std::vector<std::pair<std::string, std::filesystem::path>> clusters;
  OutputFormat format{OutputFormat::text};
};

std::optional<VerifyOptions> read_verify_options(Words words) {
  po::options_description all{"Options", 100};
  all.add_options()  //
      ("cluster", po::value<Texts>()->composing(),
       "a cluster's name and manifests (as in 'leadline lint')")        //
      ("output,o", po::value<std::string>(), "text (default) or json")  //
      ("help", "this text");
  VerifyOptions options;
  if (!words.empty() && !words.front().starts_with('-')) {
    options.machines = words.front();
    words.erase(words.begin());
  }
  auto const parsed = parse_words(words, all, "verify-vmi", usage);
  if (!parsed) return std::nullopt;
  if (options.machines.empty())
    throw UsageError{
        "verify-vmi: which VMs? Name a file first: oc get vmi NAME -o yaml > vmi.yaml"};
  if (parsed->count("cluster") > 0)
    for (auto const& word : (*parsed)["cluster"].as<Texts>())
      options.clusters.push_back(parse_cluster(word));
  if (parsed->count("output") > 0)
    options.format = parse_format((*parsed)["output"].as<std::string>());
  return options;
}

std::vector<MigrationTrace> traces_of(VerifyOptions const& options) {
  auto const clusters = read_whole_clusters(options.clusters);
  ManifestSet set;
  try {
    set = read_manifest_files(options.machines);
  } catch (std::filesystem::filesystem_error const& e) {
    throw UsageError{
        fmt::format("verify-vmi: {}: {}", options.machines.string(), e.code().message())};
  }
  if (!set.mistakes.empty())
    throw UsageError{fmt::format("verify-vmi: {}: {}", format(set.mistakes.front().place),
                                 set.mistakes.front().message)};
  std::vector<MigrationTrace> traces;
  for (auto const& manifest : set.manifests)
    if (manifest.kind == "VirtualMachineInstance")
      traces.push_back(trace_migration(manifest, clusters));
  if (traces.empty())
    throw UsageError{
        fmt::format("verify-vmi: {} holds no VirtualMachineInstance", options.machines.string())};
  return traces;
}

int exit_code(std::vector<MigrationTrace> const& traces) {
  auto const has = [&](MigrationTrace::Verdict verdict) {
    return std::ranges::count(traces, verdict, &MigrationTrace::verdict) > 0;
  };
  if (has(MigrationTrace::Verdict::other_network)) return exit_codes::not_ready;
  return has(MigrationTrace::Verdict::unknown) ? exit_codes::unknown : exit_codes::ready;
}

void write_text(std::vector<MigrationTrace> const& traces) {
  for (auto const& [verdict, machine, address, network] : traces) {
    std::cout << wrap(
        "", fmt::format("{}: {}{}{}", machine, address, address.empty() ? "" : ": ", network));
    if (verdict == MigrationTrace::Verdict::other_network)
      std::cout << wrap("  ",
                        "The dedicated network was not used: virt-handler of the target has "
                        "no migration0, or was not restarted after the network was named. "
                        "See 'leadline explain CONFIG_HANDLER_DETACHED'.");
  }
}

void write_json(std::vector<MigrationTrace> const& traces, int code, std::string const& failure) {
  auto machines = nlohmann::json::array();
  for (auto const& [verdict, machine, address, network] : traces)
    machines.push_back({{"name", machine},
                        {"verdict", format(verdict)},
                        {"target_node_address", address},
                        {"network", network}});
  nlohmann::json document{
      {"schema", "leadline.verify/v1"}, {"exit_code", code}, {"machines", std::move(machines)}};
  if (!failure.empty()) document["failure"] = failure;
  std::cout << text_of(document) << '\n';
}

int run_verify(VerifyOptions const& options) {
  auto const traces = traces_of(options);
  auto const code = exit_code(traces);
  if (options.format == OutputFormat::json)
    write_json(traces, code, {});
  else
    write_text(traces);
  return code;
}
}  // namespace

int verify_vmi(Words const& words) {
  return run_or_tell(
      words,
      [&] {
        auto const options = read_verify_options(words);
        return options ? run_verify(*options) : exit_codes::ready;
      },
      [](std::string const& why, int code) { write_json({}, code, why); });
}
}  // namespace leadline
