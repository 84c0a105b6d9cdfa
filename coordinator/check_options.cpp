#include "coordinator/check_options.hpp"

#include "coordinator/plan_words.hpp"
#include "coordinator/read_clusters.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace leadline {
namespace {
namespace po = boost::program_options;

constexpr std::string_view usage =
    "leadline check --listen ADDR:PORT --tls DIR --expect CLUSTER=NODES [--expect ...] [options]\n"
    "Waits for the agents of the expected nodes, measures the paths between them, and says "
    "whether\n"
    "VMs can be migrated over them.\n"
    "Exit codes: 0 ready, 10 warnings under --strict, 20 not ready, 30 unknown, 2 usage, 1 "
    "internal.\n";

po::options_description described() {
  po::options_description all{"Options", 100};
  auto const text = [] { return po::value<std::string>(); };
  describe_run_options(all);
  describe_cluster_options(all);
  all.add_options()                                                                             //
      ("stages", text(), "comma-separated: facts,layer2,reach,tls,path_mtu,latency,bandwidth")  //
      ("quick",
       "without bandwidth unless --stages names it, and with a shorter look at latency")  //
      ("output,o", text(), "text (default) or json")                                      //
      ("strict", "exit code 10 where there are warnings");
  return all;
}

std::vector<ConfiguredNetwork> read_configured(po::variables_map const& given) {
  std::vector<ConfiguredNetwork> configured;
  for (auto const& cluster : read_whole_clusters(read_cluster_sources(given)))
    configured.push_back(read_configured_network(cluster));
  return configured;
}
}  // namespace

std::optional<CheckOptions> read_check_options(Words const& words) {
  auto const parsed = parse_words(words, described(), "check", usage);
  if (!parsed) return std::nullopt;
  auto const& given = *parsed;
  auto configured = read_configured(given);
  CheckOptions options{read_run_options(given, expect_configured(configured, {}), "check")};
  auto& plan = options.plan;
  // One cluster by itself has no pairs but its own.
  if (configured.size() == 1 && plan.expect.size() <= 1 && given.count("mesh") == 0)
    plan.mesh = Mesh::within;
  options.configured = std::move(configured);
  if (given.count("quick") > 0) {
    std::erase(plan.stages, Stage::bandwidth);
    plan.latency_duration = std::min(plan.latency_duration, std::chrono::milliseconds{1000});
  }
  if (given.count("stages") > 0)
    plan.stages = must(parse_stages(given["stages"].as<std::string>()), "stages");
  if (given.count("output") > 0) options.format = parse_format(given["output"].as<std::string>());
  options.strict = given.count("strict") > 0;
  refuse_contradictions(plan);
  return options;
}
}  // namespace leadline
