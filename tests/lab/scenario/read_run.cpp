#include "tests/lab/scenario/read_run.hpp"

#include <regex>
#include <utility>

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
      {"expiring_soon", MigrationIdentity::expiring_soon},
      {"ca_expiring_soon", MigrationIdentity::ca_expiring_soon},
      {"none", MigrationIdentity::none}};
  return table;
}

AgentOverride read_agent(YAML::Node const& node, Mistakes& mistakes) {
  YamlMapping mapping{node, mistakes};
  AgentOverride agent;
  agent.missing = mapping.flag("missing").value_or(false);
  agent.arguments = mapping.words("arguments");
  agent.clock =
      std::chrono::seconds{mapping.integer("clock_ahead_seconds", -86400, 86400).value_or(0)};
  agent.identity = mapping.choice("identity", identities()).value_or(MigrationIdentity::valid);
  agent.open_port = mapping.integer("open_port", 1, 65535);
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
  event.after = mapping.duration("after").value_or(event.after);
  for (auto const& [key, action] :
       {std::pair{"kill", Event::Action::kill}, std::pair{"stop", Event::Action::stop}})
    if (auto const target = mapping.text(key)) {
      event.action = action;
      event.target = *target;
    }
  if (event.when.empty() || event.target.empty())
    mapping.mistake("an event is {when: REGEX, after: TIME, kill|stop: coordinator|NODE}");
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
  finding.consequence = mapping.text("consequence").value_or("");
  check_regex(mapping, "consequence", finding.consequence);
  if (auto const scope = mapping.take("scope")) {
    YamlMapping fields{*scope, mistakes};
    for (auto const* key : {"kind", "node", "source", "target", "cluster"})
      if (auto const value = fields.text(key)) finding.scope[key] = *value;
    fields.refuse_the_rest();
  }
  mapping.refuse_the_rest();
  return finding;
}

ExpectedMeasurement read_measurement(YAML::Node const& node, Mistakes& mistakes) {
  YamlMapping mapping{node, mistakes};
  ExpectedMeasurement measured{.source = mapping.text("source").value_or(""),
                               .target = mapping.text("target").value_or(""),
                               .probe = mapping.text("probe").value_or(""),
                               .reason = mapping.text("reason").value_or("")};
  check_regex(mapping, "reason", measured.reason);
  if (measured.source.empty() || measured.target.empty() || measured.probe.empty() ||
      measured.reason.empty())
    mapping.mistake("a measurement is {source: NODE, target: NODE, probe: NAME, reason: REGEX}");
  mapping.refuse_the_rest();
  return measured;
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
  expectation.pairs_measured = mapping.integer("pairs_measured", 0, 3540);
  if (auto const findings = mapping.take("findings"))
    for (auto const& finding : *findings)
      expectation.findings.push_back(read_finding(finding, mistakes));
  if (auto const measured = mapping.take("measured"))
    for (auto const& one : *measured)
      expectation.measured.push_back(read_measurement(one, mistakes));
  expectation.also_allowed = mapping.words("also_allowed");
  mapping.refuse_the_rest();
  return expectation;
}
}  // namespace

void read_run(YamlMapping& mapping, Scenario& scenario, Mistakes& mistakes) {
  scenario.about = mapping.text("about").value_or("");
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
  scenario.then_check = mapping.words("then_check");
}
}  // namespace leadline::lab
