#include "coordinator/commands/command.hpp"
#include "coordinator/manifests/manifest_files.hpp"
#include "coordinator/manifests/migration_trace.hpp"
#include "coordinator/output_format.hpp"
#include "coordinator/read_clusters.hpp"
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

constexpr std::string_view usage =
    "leadline verify-vmi FILE|[NAMESPACE/]NAME (--cluster NAME=PATH | --kubeconfig NAME=FILE) "
    "...\n"
    "After a migration: did it take the migration network? FILE has VirtualMachineInstances, as\n"
    "'oc get vmi NAME -o yaml' shows them; NAME is one among the clusters' own objects.\n"
    "Exit codes: 0 all did, 20 one did not, 30 unknown, 2 usage, 1 internal.\n";

struct VerifyOptions {
  std::string machines;  ///< a file, or a VM's name
  std::vector<ClusterSource> clusters;
  OutputFormat format{OutputFormat::text};
};

std::optional<VerifyOptions> read_verify_options(Words words) {
  po::options_description all{"Options", 100};
  describe_cluster_options(all);
  all.add_options()                                                     //
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
        "verify-vmi: which VMs? First comes a file (oc get vmi NAME -o yaml > vmi.yaml), or the "
        "name of a VM that --kubeconfig or --cluster shows"};
  options.clusters = read_cluster_sources(*parsed);
  if (parsed->count("output") > 0)
    options.format = parse_format((*parsed)["output"].as<std::string>());
  return options;
}

/// What is called like a file is one, although it may be missing.
bool is_file(std::string const& word) {
  std::error_code ignored;
  return word == "-" || word.ends_with(".yaml") || word.ends_with(".yml") ||
         word.ends_with(".json") || std::filesystem::exists(word, ignored);
}

ManifestSet read_machines(std::string const& file) {
  ManifestSet set;
  try {
    set = read_manifest_files(file);
  } catch (std::filesystem::filesystem_error const& e) {
    throw UsageError{fmt::format("verify-vmi: {}: {}", file, e.code().message())};
  }
  if (!set.mistakes.empty())
    throw UsageError{fmt::format("verify-vmi: {}: {}", format(set.mistakes.front().place),
                                 set.mistakes.front().message)};
  return set;
}

std::vector<MigrationTrace> traces_of(VerifyOptions const& options) {
  auto const clusters = read_whole_clusters(options.clusters);
  std::vector<MigrationTrace> traces;
  auto const trace = [&](Manifest const& manifest) {
    if (manifest.kind == "VirtualMachineInstance")
      traces.push_back(trace_migration(manifest, clusters));
  };
  if (is_file(options.machines)) {
    std::ranges::for_each(read_machines(options.machines).manifests, trace);
    if (traces.empty())
      throw UsageError{
          fmt::format("verify-vmi: {} holds no VirtualMachineInstance", options.machines)};
    return traces;
  }
  for (auto const& cluster : clusters)
    for (auto const& manifest : cluster.manifests)
      if (manifest.name == options.machines ||
          fmt::format("{}/{}", manifest.space, manifest.name) == options.machines)
        trace(manifest);
  if (traces.empty())
    throw UsageError{
        fmt::format("verify-vmi: '{}' is neither a file nor, in any namespace of the clusters "
                    "given, a VirtualMachineInstance",
                    options.machines)};
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
