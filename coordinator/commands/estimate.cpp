#include "coordinator/commands/command.hpp"
#include "coordinator/estimate/estimate_options.hpp"
#include "coordinator/manifests/manifest_files.hpp"
#include "coordinator/read_clusters.hpp"
#include "coordinator/report/estimate_report.hpp"
#include "probes/core/checked_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <set>
#include <system_error>
#include <utility>

namespace leadline {
namespace {
using std::chrono::seconds;

MigrationPath read_path(EstimateOptions const& options) {
  if (options.bandwidth) return path_of_rate(*options.bandwidth);
  std::ifstream in{options.report, std::ios::binary};
  if (!in)
    throw UsageError{fmt::format("--report: {}: {}", options.report.string(),
                                 std::generic_category().message(errno))};
  auto const document = nlohmann::json::parse(in, nullptr, false);
  if (!in || document.is_discarded())
    throw UsageError{fmt::format("--report: {} cannot be read as JSON", options.report.string())};
  auto path = read_migration_path(document, options.streams);
  if (!path)
    throw UsageError{fmt::format("--report: {}: {}", options.report.string(), path.error())};
  return *std::move(path);
}

/// The settings without any MigrationPolicy, and where they stand.
struct Settings {
  MigrationSettings strictest;
  std::string source;
};

Settings settings_of(std::vector<ClusterManifests> const& clusters) {
  std::vector<MigrationSettings> all;
  std::vector<std::string> from;
  for (auto const& cluster : clusters) {
    auto const& own = cluster.settings;
    if (own.settings() == nullptr)
      throw UsageError{
          fmt::format("--cluster {}: neither a HyperConverged nor a KubeVirt object is "
                      "there: oc get hyperconverged -A -o yaml",
                      cluster.name)};
    all.push_back(own);
    from.push_back(format(own.settings()->place(own.stanza)));
  }
  auto strictest = strictest_of(all);
  auto source = fmt::format("{} s a gigabyte", strictest.completion_timeout_per_gib.count());
  source += from.empty() ? std::string{", KubeVirt's own default (HyperConverged 1.19 sets 20): "
                                       "--cluster reads yours"}
                         : fmt::format(", the strictest of {}", fmt::join(from, ", "));
  return {std::move(strictest), std::move(source)};
}

std::vector<Machine> machines_of(EstimateOptions const& options) {
  if (options.memory)
    return {{.name = "the VM",
             .space = {},
             .labels = {},
             .node = {},
             .memory = *options.memory,
             .disk = options.disk.value_or(Bytes{})}};
  std::vector<Machine> machines;
  ManifestSet set;
  try {
    set = read_manifest_files(options.machines);
  } catch (std::filesystem::filesystem_error const& e) {
    throw UsageError{fmt::format("--vmi: {}: {}", options.machines.string(), e.code().message())};
  }
  for (auto const& mistake : set.mistakes)
    throw UsageError{fmt::format("--vmi: {}: {}", format(mistake.place), mistake.message)};
  for (auto const& manifest : set.manifests) {
    auto const [machine, mistake, pointer] = read_machine(manifest);
    if (!mistake.empty())
      throw UsageError{fmt::format("--vmi: {}: {}", format(manifest.place(pointer)), mistake)};
    if (machine) machines.push_back(*machine);
  }
  if (machines.empty())
    throw UsageError{fmt::format("--vmi: {} holds no VirtualMachineInstance: oc get vmi -A -o yaml",
                                 options.machines.string())};
  return machines;
}

/// How many migrations are side by side: no more than the clusters allow.
int side_by_side(EstimateOptions const& options, MigrationSettings const& strictest,
                 EstimateReport& report) {
  auto const asked = options.side_by_side;
  auto const* const whose = options.clusters.empty() ? ", KubeVirt's own default" : "";
  auto const most = strictest.parallel_per_cluster;
  if (asked > strictest.parallel_outbound_per_node)
    report.notes.push_back(
        fmt::format("more than {} side by side leave from several nodes only "
                    "(parallelOutboundMigrationsPerNode{})",
                    strictest.parallel_outbound_per_node, whose));
  if (asked <= most) return asked;
  report.notes.push_back(fmt::format(
      "--parallel {} is taken as {}: more do not start (parallelMigrationsPerCluster{})", asked,
      most, whose));
  return static_cast<int>(most);
}

/// What is the same for all VMs.
Question asked_of_all(EstimateOptions const& options, int beside) {
  constexpr Bytes all_of_memory{std::numeric_limits<std::uint64_t>::max()};
  return {.workload = {.memory = {},
                       .disk = {},
                       .dirty_rate = options.dirty_rate.value_or(0),
                       .working_set = options.working_set.value_or(all_of_memory)},
          .dirty_rate_known = options.dirty_rate.has_value(),
          .guest_memory = {},
          .least_bandwidth = {},
          .likely_bandwidth = {},
          .most_bandwidth = {},
          .side_by_side = beside,
          .auto_converge = options.auto_converge,
          .post_copy = options.post_copy,
          .completion_timeout_per_gib = {},
          .factor = {}};
}

void add_evacuations(EstimateReport& report, MigrationSettings const& strictest) {
  EvacuationLimits const limits{.parallel_per_cluster = strictest.parallel_per_cluster,
                                .parallel_outbound_per_node = strictest.parallel_outbound_per_node};
  std::vector<Evacuee> all;
  std::set<std::string> nodes;
  for (auto const& machine : report.machines) {
    all.push_back({machine.name, machine.node, machine.question});
    nodes.insert(machine.node);
  }
  for (auto const& node : nodes) {
    std::vector<Evacuee> own;
    std::ranges::copy_if(all, std::back_inserter(own),
                         [&](Evacuee const& evacuee) { return evacuee.node == node; });
    report.evacuations.push_back(evacuate(node.empty() ? "no node" : node, own, limits));
  }
  if (nodes.size() > 1) report.evacuations.push_back(evacuate("all nodes", all, limits));
}

/// The same for other settings. What makes the answer uncertain does so for these too.
void add_alternatives(EstimateReport& report, EstimateOptions const& options,
                      MigrationSettings const& strictest) {
  auto const& machine = report.machines.front();
  if (options.compare_timeouts)
    report.timeouts = compare_timeouts(machine.question, {seconds{20}, seconds{150}, seconds{800}});
  // Of several VMs those that leave together are looked at instead.
  if (report.machines.size() == 1)
    report.parallel =
        compare_parallel(machine.question, static_cast<int>(strictest.parallel_per_cluster),
                         machine.question.side_by_side);
  report.parallel_outbound_per_node = strictest.parallel_outbound_per_node;
  if (machine.doubt.empty()) return;
  for (auto& row : report.timeouts) row.verdict = Estimate::Verdict::uncertain;
  for (auto& row : report.parallel) row.answer.verdict = Estimate::Verdict::uncertain;
}

EstimateReport answer(EstimateOptions const& options, std::string command) {
  auto const path = read_path(options);
  auto const clusters = read_whole_clusters(options.clusters);
  auto const [strictest, source] = settings_of(clusters);
  auto const machines = machines_of(options);
  bool const single = std::ranges::any_of(machines, &Machine::single_stream);
  EstimateReport report{.command = std::move(command),
                        .path = describe(path, options.report.string(), single),
                        .settings = source,
                        .progress_timeout = strictest.progress_timeout,
                        .failure = {}};
  auto const asked = asked_of_all(options, side_by_side(options, strictest, report));
  for (auto const& machine : machines)
    report.machines.push_back(
        estimate_machine(machine, asked, path, governing_settings(clusters, machine)));
  add_alternatives(report, options, strictest);
  if (machines.size() > 1) add_evacuations(report, strictest);
  report.verdict = worst_verdict(report.machines);
  report.exit_code = exit_code(report.verdict);
  return report;
}

int run_estimate(EstimateOptions const& options, std::string command) {
  auto const report = answer(options, std::move(command));
  if (options.format == OutputFormat::json)
    write_estimate_json(std::cout, report);
  else
    write_estimate_text(std::cout, report);
  return report.exit_code;
}
}  // namespace

int estimate(Words const& words) {
  auto const command = fmt::format("leadline estimate {}", fmt::join(words, " "));
  return run_or_tell(
      words,
      [&] {
        auto const options = read_estimate_options(words);
        return options ? run_estimate(*options, command) : exit_codes::ready;
      },
      [&](std::string const& why, int code) {
        write_estimate_json(std::cout, {.command = command, .exit_code = code, .failure = why});
      });
}
}  // namespace leadline
