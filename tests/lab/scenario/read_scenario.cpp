#include "tests/lab/scenario/read_fault.hpp"
#include "tests/lab/scenario/scenario.hpp"

#include <regex>

namespace leadline::lab {
namespace {
std::map<std::string, MigrationIdentity> const& identities() {
  static std::map<std::string, MigrationIdentity> const table{
      {"valid", MigrationIdentity::valid},
      {"foreign_ca", MigrationIdentity::foreign_ca},
      {"expired", MigrationIdentity::expired},
      {"not_yet_valid", MigrationIdentity::not_yet_valid},
      {"wrong_cn", MigrationIdentity::wrong_cn},
      {"wrong_eku", MigrationIdentity::wrong_eku},
      {"expiring_soon", MigrationIdentity::expiring_soon}};
  return table;
}

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

AgentOverride read_agent(YAML::Node const& node, Mistakes& mistakes) {
  YamlMapping mapping{node, mistakes};
  AgentOverride agent;
  agent.missing = mapping.flag("missing").value_or(false);
  agent.arguments = mapping.words("arguments");
  agent.clock =
      std::chrono::seconds{mapping.integer("clock_ahead_seconds", -86400, 86400).value_or(0)};
  agent.identity = mapping.choice("identity", identities()).value_or(MigrationIdentity::valid);
  mapping.refuse_the_rest();
  return agent;
}

void check_regex(YamlMapping const& mapping, std::string const& key, std::string const& text) {
  try {
    std::regex{text};
  } catch (std::regex_error const& error) {
    mapping.mistake(key + ": '" + text + "' is not a regular expression: " + error.what());
  }
}

Event read_event(YAML::Node const& node, Mistakes& mistakes) {
  YamlMapping mapping{node, mistakes};
  Event event;
  event.when = mapping.text("when").value_or("");
  check_regex(mapping, "when", event.when);
  if (auto const target = mapping.text("kill"))
    event = {.when = event.when, .action = Event::Action::kill, .target = *target};
  if (auto const target = mapping.text("stop"))
    event = {.when = event.when, .action = Event::Action::stop, .target = *target};
  if (event.when.empty() || event.target.empty())
    mapping.mistake("an event is {when: REGEX, kill|stop: coordinator|NODE}");
  mapping.refuse_the_rest();
  return event;
}

ExpectedFinding read_finding(YAML::Node const& node, Mistakes& mistakes) {
  YamlMapping mapping{node, mistakes};
  ExpectedFinding finding;
  finding.code = mapping.text("code").value_or("");
  static std::map<std::string, std::string> const severities{
      {"error", "error"}, {"warning", "warning"}, {"info", "info"}};
  static std::map<std::string, std::string> const directions{
      {"both", "both"}, {"inbound", "inbound"}, {"outbound", "outbound"}, {"forward", "forward"}};
  finding.severity = mapping.choice("severity", severities).value_or("");
  finding.direction = mapping.choice("direction", directions).value_or("");
  finding.evidence = mapping.text("evidence").value_or("");
  check_regex(mapping, "evidence", finding.evidence);
  if (auto const scope = mapping.take("scope")) {
    YamlMapping fields{*scope, mistakes};
    for (auto const* key : {"kind", "node", "source", "target", "cluster"})
      if (auto const value = fields.text(key)) finding.scope[key] = *value;
    fields.refuse_the_rest();
  }
  mapping.refuse_the_rest();
  return finding;
}

Expectation read_expectation(YAML::Node const& node, Mistakes& mistakes) {
  YamlMapping mapping{node, mistakes};
  static std::map<std::string, std::string> const verdicts{
      {"ready", "ready"},
      {"ready_with_warnings", "ready_with_warnings"},
      {"not_ready", "not_ready"},
      {"unknown", "unknown"}};
  Expectation expectation;
  expectation.verdict = mapping.choice("verdict", verdicts).value_or("");
  expectation.exit_code = mapping.integer("exit_code", 0, 255);
  if (auto const findings = mapping.take("findings"))
    for (auto const& finding : *findings)
      expectation.findings.push_back(read_finding(finding, mistakes));
  expectation.also_allowed = mapping.words("also_allowed");
  mapping.refuse_the_rest();
  return expectation;
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
  scenario.about = mapping.text("about").value_or("");
  read_topology(mapping, scenario, mistakes);
  if (auto const faults = mapping.take("faults"))
    for (auto const& item : *faults)
      if (auto fault = read_fault(item, mistakes)) scenario.faults.push_back(std::move(*fault));
  if (auto const agents = mapping.take("agents"))
    for (auto const& entry : *agents)
      scenario.agents[entry.first.Scalar()] = read_agent(entry.second, mistakes);
  scenario.check = mapping.words("check");
  if (auto const plan = mapping.take("plan"))
    scenario.plan = plan->IsScalar() ? plan->Scalar() : YAML::Dump(*plan);
  if (auto const events = mapping.take("events"))
    for (auto const& event : *events) scenario.events.push_back(read_event(event, mistakes));
  if (auto const expect = mapping.take("expect"))
    scenario.expect = read_expectation(*expect, mistakes);
  if (auto const expect = mapping.take("then_expect"))
    scenario.then_expect = read_expectation(*expect, mistakes);
  mapping.refuse_the_rest();
  return scenario;
}
}  // namespace

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
