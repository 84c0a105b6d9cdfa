#include "tests/qemu/agreement.hpp"

#include "coordinator/estimate/estimate.hpp"
#include "probes/core/quantity.hpp"
#include "tests/qemu/lab_job.hpp"
#include "tests/qemu/plan_for_migration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace leadline::lab {
namespace {
using namespace literals;

constexpr int most_runs = 3;
// completionTimeoutPerGiB of a lab whose VMs are small: 10 s for each of them.
constexpr std::chrono::seconds timeout_per_gib{10};
// Over links of 100 to 600 Mbit/s: a tenth to a fiftieth.
constexpr double dirty_rate = 1e6;

Scenario read_file(std::filesystem::path const& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{path.string() + ": cannot be read"};
  auto scenario = read_scenario({std::istreambuf_iterator<char>{file}, {}});
  if (!scenario) throw std::runtime_error{path.string() + ": " + scenario.error().front().message};
  return *std::move(scenario);
}

BitRate needed_bandwidth(LiveMigration const& migration) {
  Question const question{.workload = {.memory = migration.load.memory,
                                       .dirty_rate = migration.load.dirty_rate,
                                       .working_set = migration.load.working_set},
                          .dirty_rate_known = true,
                          .guest_memory = migration.load.memory,
                          .likely_bandwidth = 1_Gbps,
                          .completion_timeout_per_gib = timeout_per_gib,
                          .factor = {1, 1}};
  return estimate(question).needed_bandwidth.value_or(BitRate{});
}

std::string causes(nlohmann::json const& report) {
  std::set<std::string> codes;
  for (auto const& finding : report["findings"])
    if (finding["severity"] == "error") codes.insert(finding["code"].get<std::string>());
  return fmt::format("{}", fmt::join(codes, ", "));
}

std::string real_text(Agreement const& agreement) {
  auto const& real = agreement.real;
  if (real.end == MigrationOutcome::End::completed)
    return fmt::format("completed after {:.1f} s", real.duration.count());
  if (real.end == MigrationOutcome::End::cancelled)
    return fmt::format("not in {:.0f} s", agreement.deadline.count());
  // File names will do.
  return "failed: " + std::regex_replace(real.error, std::regex{"/\\S*/"}, "");
}
}  // namespace

std::vector<AgreementCase> agreement_cases() {
  return {
      {"healthy_ipv4", 64_MiB, "east/n1", "west/n1", true},
      {"healthy_ipv6", 64_MiB},
      {"healthy_routed", 64_MiB},
      {"dscp_bleached", 64_MiB},
      {"latency", 64_MiB},
      {"reordering", 32_MiB},
      {"mss_clamped", 64_MiB},
      {"mtu_signalled", 64_MiB},
      {"nat", 64_MiB},
      {"tls_expiring_soon", 64_MiB, "east/n1", "west/n2"},
      {"bandwidth_inter_cluster", 64_MiB},
      {"bandwidth_inter_cluster", 320_MiB},
      {"bandwidth_node", 320_MiB, "east/n2", "west/n1"},
      {"bandwidth_one_direction", 320_MiB},
      {"loss", 64_MiB},
      {"mtu_black_hole", 64_MiB, "east/n1", "west/n1", true},
      {"mtu_reverse", 64_MiB, "west/n1", "east/n1"},
      {"link_mtu", 64_MiB, "east/n2", "west/n1"},
      {"wrong_vlan", 64_MiB, "east/n2", "west/n1"},
      {"vlan_not_trunked", 64_MiB},
      {"layer2_wrong_access_vlan", 64_MiB, "east/n2", "west/n1"},
      {"node_down", 64_MiB, "east/n2", "west/n1"},
      {"firewall_drop", 64_MiB},
      {"firewall_reset", 64_MiB},
      {"port_range", 64_MiB},
      {"no_route_at_hop", 64_MiB},
      {"tls_foreign_ca", 64_MiB, "east/n1", "west/n2"},
      {"tls_expired", 64_MiB, "east/n1", "west/n2"},
      {"tls_wrong_eku", 64_MiB, "east/n1", "west/n2"},
  };
}

bool agrees(Agreement const& agreement) {
  bool const completed = agreement.real.end == MigrationOutcome::End::completed;
  if (completed) return agreement.verdict.starts_with("ready");
  return agreement.verdict == "not_ready";
}

Agreement compare_in(AgreementCase const& scene, std::filesystem::path const& scenarios,
                     Places const& places) {
  LiveMigration migration{.load = {.memory = scene.memory,
                                   .working_set = {scene.memory.count / 4},
                                   .dirty_rate = dirty_rate},
                          .source = scene.source,
                          .target = scene.target,
                          .streams = 1,
                          .tls = true};
  migration.deadline = deadline_of(timeout_per_gib, scene.memory, {});
  Agreement result{.scene = scene,
                   .needed = needed_bandwidth(migration),
                   .verdict = {},
                   .causes = {},
                   .real = {},
                   .deadline = migration.deadline};
  LabJob job{.scenario = read_file(scenarios / (scene.scenario + ".yaml")),
             .migrations = {migration}};
  job.scenario.check = {"--wait", "10s", "--stages",
                        "facts,layer2,reach,tls,path_mtu,latency,bandwidth"};
  job.scenario.plan = plan_for(result.needed, job.scenario.plan);
  for (result.runs = 1;; ++result.runs) {
    auto const outcome = run_job(job, places);
    result.verdict = outcome.report["verdict"].get<std::string>();
    result.causes = causes(outcome.report);
    result.real = outcome.migrations.at(0);
    if (agrees(result) || result.runs == most_runs) return result;
  }
}

std::string agreement_table(std::vector<Agreement> const& agreements) {
  std::string text =
      "| scenario | VM | it takes | leadline check | QEMU | |\n|---|---|---|---|---|---|\n";
  for (auto const& agreement : agreements)
    text += fmt::format("| {}, {} -> {} | {} | {} | {}{} | {} | {}{} |\n", agreement.scene.scenario,
                        agreement.scene.source, agreement.scene.target,
                        format(agreement.scene.memory), format(agreement.needed), agreement.verdict,
                        agreement.causes.empty() ? "" : ": " + agreement.causes,
                        real_text(agreement), agrees(agreement) ? "agree" : "DISAGREE",
                        agreement.runs == 1 ? "" : fmt::format(", run {}", agreement.runs));
  return text + fmt::format("\n{} of {} agree\n", std::ranges::count_if(agreements, agrees),
                            agreements.size());
}
}  // namespace leadline::lab
