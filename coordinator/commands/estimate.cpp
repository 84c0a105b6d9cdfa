#include "coordinator/commands/command.hpp"
#include "coordinator/estimate/estimate_options.hpp"
#include "coordinator/estimate/machine.hpp"
#include "coordinator/estimate/measured_bandwidth.hpp"
#include "coordinator/manifests/manifest_files.hpp"
#include "coordinator/read_clusters.hpp"
#include "coordinator/report/estimate_report.hpp"
#include "probes/core/checked_json.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>

namespace leadline {
namespace {
using std::chrono::seconds;

/// What the path carries, and how that is known.
struct Path {
  BitRate least;
  BitRate likely;
  BitRate most;
  std::string source;
};

Path path_of(EstimateOptions const& options) {
  if (options.bandwidth)
    return {*options.bandwidth, *options.bandwidth, *options.bandwidth,
            fmt::format("{}, as given", format(*options.bandwidth))};
  std::ifstream in{options.report, std::ios::binary};
  auto const document = nlohmann::json::parse(in, nullptr, false);
  if (!in || document.is_discarded())
    throw UsageError{fmt::format("--report: {} cannot be read as JSON", options.report.string())};
  auto const measured = read_measured_bandwidth(document, options.streams);
  if (!measured)
    throw UsageError{fmt::format("--report: {}: {}", options.report.string(), measured.error())};
  auto const& found = *measured;
  return {found.least, found.median, found.most,
          fmt::format("{} ({} to {}) over {} streams of {}, {} measurements in {}; the slowest is "
                      "{}",
                      format(found.median), format(found.least), format(found.most), found.streams,
                      found.transport, found.pairs, options.report.string(), found.least_pair)};
}

/// The stricter of what the clusters set.
struct Settings {
  MigrationSettings strictest;
  std::string source;
};

Settings settings_of(EstimateOptions const& options) {
  Settings settings;
  auto& strictest = settings.strictest;
  std::vector<std::string> from;
  auto const clusters = read_whole_clusters(options.clusters);
  for (auto const& cluster : clusters) {
    auto const& own = cluster.settings;
    if (own.settings() == nullptr)
      throw UsageError{
          fmt::format("--cluster {}: neither a HyperConverged nor a KubeVirt object is "
                      "there: oc get hyperconverged -A -o yaml",
                      cluster.name)};
    bool const first = from.empty();
    if (first || own.completion_timeout_per_gib < strictest.completion_timeout_per_gib)
      strictest.completion_timeout_per_gib = own.completion_timeout_per_gib;
    auto const limit = own.bandwidth_per_migration;
    if (limit.per_second > 0 && (strictest.bandwidth_per_migration.per_second == 0 ||
                                 limit < strictest.bandwidth_per_migration))
      strictest.bandwidth_per_migration = limit;
    strictest.parallel_per_cluster =
        first ? own.parallel_per_cluster
              : std::min(strictest.parallel_per_cluster, own.parallel_per_cluster);
    strictest.parallel_outbound_per_node =
        first ? own.parallel_outbound_per_node
              : std::min(strictest.parallel_outbound_per_node, own.parallel_outbound_per_node);
    strictest.allow_auto_converge =
        own.allow_auto_converge && (first || strictest.allow_auto_converge);
    strictest.allow_post_copy = own.allow_post_copy && (first || strictest.allow_post_copy);
    from.push_back(format(own.settings()->place(own.stanza)));
  }
  settings.source = fmt::format("{} s a gigabyte", strictest.completion_timeout_per_gib.count());
  settings.source += from.empty()
                         ? std::string{", KubeVirt's own default (HyperConverged 1.19 sets 20): "
                                       "--cluster reads yours"}
                         : fmt::format(", the strictest of {}", fmt::join(from, ", "));
  return settings;
}

std::vector<Machine> machines_of(EstimateOptions const& options) {
  if (options.memory)
    return {{.name = "the VM",
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

MachineEstimate estimate_of(Machine const& machine, Path const& path, Settings const& settings,
                            EstimateOptions const& options) {
  auto const& strictest = settings.strictest;
  Question const question{.workload = {.memory = machine.memory,
                                       .disk = machine.disk,
                                       .dirty_rate = options.dirty_rate.value_or(0),
                                       .working_set = options.working_set.value_or(machine.memory)},
                          .dirty_rate_known = options.dirty_rate.has_value(),
                          .guest_memory = machine.memory,
                          .least_bandwidth = path.least,
                          .likely_bandwidth = path.likely,
                          .most_bandwidth = path.most,
                          .limit = strictest.bandwidth_per_migration,
                          .side_by_side = options.side_by_side,
                          .auto_converge = options.auto_converge || strictest.allow_auto_converge,
                          .post_copy = options.post_copy || strictest.allow_post_copy,
                          .completion_timeout_per_gib = strictest.completion_timeout_per_gib,
                          .factor = {}};
  return {machine.name, machine.node, question, estimate(question)};
}

void add_evacuations(EstimateReport& report, Path const& path, Settings const& settings) {
  auto const& strictest = settings.strictest;
  EvacuationLimits const limits{.parallel_per_cluster = strictest.parallel_per_cluster,
                                .parallel_outbound_per_node = strictest.parallel_outbound_per_node,
                                .node_bandwidth = path.likely,
                                .limit_per_migration = strictest.bandwidth_per_migration,
                                .auto_converge = report.machines.front().question.auto_converge,
                                .post_copy = report.machines.front().question.post_copy,
                                .completion_timeout_per_gib = strictest.completion_timeout_per_gib};
  std::vector<Evacuee> all;
  std::set<std::string> nodes;
  for (auto const& machine : report.machines) {
    all.push_back({machine.name, machine.node, machine.question.workload});
    nodes.insert(machine.node);
  }
  for (auto const& node : nodes) {
    std::vector<Evacuee> own;
    std::ranges::copy_if(all, std::back_inserter(own),
                         [&](Evacuee const& evacuee) { return evacuee.node == node; });
    report.evacuations.emplace_back(node.empty() ? "no node" : node, evacuate(own, limits));
  }
  if (nodes.size() > 1) report.evacuations.emplace_back("all nodes", evacuate(all, limits));
}

EstimateReport answer(EstimateOptions const& options, std::string command) {
  auto const path = path_of(options);
  auto const settings = settings_of(options);
  EstimateReport report{.command = std::move(command),
                        .path = path.source,
                        .settings = settings.source,
                        .failure = {}};
  for (auto const& machine : machines_of(options))
    report.machines.push_back(estimate_of(machine, path, settings, options));
  if (options.compare_timeouts)
    report.timeouts = compare_timeouts(report.machines.front().question,
                                       {seconds{20}, seconds{150}, seconds{800}});
  if (report.machines.size() > 1) add_evacuations(report, path, settings);
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
