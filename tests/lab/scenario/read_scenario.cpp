#include "tests/lab/scenario/read_fault.hpp"
#include "tests/lab/scenario/read_run.hpp"

namespace leadline::lab {
namespace {
std::vector<ClusterSize> read_clusters(YAML::Node const& node, Mistakes& mistakes) {
  std::vector<ClusterSize> clusters;
  YamlMapping mapping{node, mistakes};
  if (!node.IsMap()) return clusters;
  for (auto const& entry : node) {
    auto const name = entry.first.Scalar();
    clusters.push_back({name, mapping.integer(name, 1, 60).value_or(1)});
  }
  return clusters;
}

void read_topology(YamlMapping& mapping, Scenario& scenario, Mistakes& mistakes) {
  if (auto const clusters = mapping.take("clusters"))
    scenario.clusters = read_clusters(*clusters, mistakes);
  scenario.family = mapping
                        .choice<AddressFamily>("family", {{"ipv4", AddressFamily::ipv4},
                                                          {"ipv6", AddressFamily::ipv6},
                                                          {"dual", AddressFamily::dual}})
                        .value_or(AddressFamily::ipv4);
  scenario.mtu = mapping.integer("mtu", 576, 65535).value_or(scenario.mtu);
  scenario.line_rate = mapping.rate("line_rate").value_or(scenario.line_rate);
  scenario.routed = mapping.flag("routed").value_or(false);
  if (scenario.routed && scenario.clusters.size() != 2)
    mapping.mistake("routed takes exactly two clusters");
  scenario.migration_tls = mapping.flag("migration_tls").value_or(true);
  scenario.seed = static_cast<std::uint64_t>(mapping.integer("seed", 0, 1 << 30).value_or(1));
}

Scenario read(YAML::Node const& root, Mistakes& mistakes) {
  Scenario scenario;
  YamlMapping mapping{root, mistakes};
  read_run(mapping, scenario, mistakes);
  read_topology(mapping, scenario, mistakes);
  if (auto const faults = mapping.take("faults"))
    for (auto const& item : *faults)
      if (auto fault = read_fault(item, mistakes)) scenario.faults.push_back(std::move(*fault));
  mapping.refuse_the_rest();
  return scenario;
}
}  // namespace

MigrationIdentity identity_of(Scenario const& scenario, std::string const& node) {
  if (!scenario.migration_tls) return MigrationIdentity::none;
  auto const found = scenario.agents.find(node);
  return found == scenario.agents.end() ? MigrationIdentity::valid : found->second.identity;
}

tl::expected<Scenario, std::vector<ScenarioMistake>> read_scenario(std::string const& yaml) {
  Mistakes mistakes;
  try {
    auto scenario = read(YAML::Load(yaml), mistakes);
    if (mistakes.empty()) return scenario;
  } catch (YAML::Exception const& error) {
    mistakes.push_back({error.mark.line + 1, error.mark.column + 1, error.msg});
  }
  return tl::unexpected{std::move(mistakes)};
}
}  // namespace leadline::lab
