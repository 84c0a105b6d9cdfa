#include "tests/lab/scenario/read_run.hpp"
#include "tests/lab/uml/cni_scenario.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace leadline::lab {
namespace {

void read_setup(YamlMapping& mapping, NodeSetup& setup) {
  setup.before = mapping.text("before").value_or(setup.before);
  setup.after = mapping.text("after").value_or(setup.after);
  setup.pod = mapping.text("pod").value_or(setup.pod);
  setup.nad = mapping.text("nad").value_or(setup.nad);
  if (!nlohmann::json::parse(setup.nad, nullptr, false).is_object())
    mapping.mistake("nad must be the JSON object of a CNI plugin");
}

/// `except`: where a cluster or a node differs from what was said for all.
void read_exceptions(YAML::Node const& node, CniScenario& scenario, Mistakes& mistakes) {
  for (auto const& entry : node) {
    auto const whom = entry.first.Scalar();
    bool found = false;
    for (auto& [name, setup] : scenario.nodes) {
      if (name != whom && !name.starts_with(whom + "/")) continue;
      YamlMapping mapping{entry.second, mistakes};
      read_setup(mapping, setup);
      mapping.refuse_the_rest();
      found = true;
    }
    if (!found) add_mistake(mistakes, entry.first, "there is no node or cluster " + whom);
  }
}

CniScenario read(YAML::Node const& root, Mistakes& mistakes) {
  CniScenario scenario;
  scenario.run.clusters = {{.name = "east", .nodes = 2}, {.name = "west", .nodes = 2}};
  scenario.run.migration_tls = false;
  YamlMapping mapping{root, mistakes};
  read_run(mapping, scenario.run, mistakes);
  scenario.one_host = mapping.flag("one_host").value_or(false);
  scenario.switches = mapping.text("switches").value_or("");
  NodeSetup common;
  read_setup(mapping, common);
  for (auto const& cluster : scenario.run.clusters)
    for (int i = 1; i <= cluster.nodes; ++i)
      scenario.nodes[fmt::format("{}/n{}", cluster.name, i)] = common;
  if (auto const exceptions = mapping.take("except"))
    read_exceptions(*exceptions, scenario, mistakes);
  mapping.refuse_the_rest();
  return scenario;
}
}  // namespace

CniScenario read_cni_scenario(std::filesystem::path const& file) {
  Mistakes mistakes;
  try {
    auto scenario = read(YAML::LoadFile(file.string()), mistakes);
    if (mistakes.empty()) return scenario;
  } catch (YAML::Exception const& error) {
    mistakes.push_back({error.mark.line + 1, error.mark.column + 1, error.msg});
  }
  std::string all;
  for (auto const& mistake : mistakes)
    all += fmt::format("{}{}:{}:{}: {}", all.empty() ? "" : "\n", file.string(), mistake.line,
                       mistake.column, mistake.message);
  throw std::invalid_argument{all};
}
}  // namespace leadline::lab
