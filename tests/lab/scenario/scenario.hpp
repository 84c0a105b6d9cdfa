#pragma once
#include "probes/core/checked_json.hpp"
#include "tests/lab/scenario/fault.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace leadline::lab {

struct ClusterSize {
  std::string name;
  int nodes{};
};

enum class AddressFamily { ipv4, ipv6, dual };

/// What is wrong with a node's migration certificates.
enum class MigrationIdentity {
  valid,
  foreign_ca,
  expired,
  not_yet_valid,
  wrong_cn,
  wrong_eku,
  expiring_soon,
  ca_expiring_soon,
  none  ///< the agent is given no --migration-tls
};

/// How one agent differs from the others.
struct AgentOverride {
  bool missing{};
  std::vector<std::string> arguments;
  std::chrono::seconds clock{};  ///< its wall clock is ahead by this; the monotonic one is not
  MigrationIdentity identity{MigrationIdentity::valid};
  std::optional<int> open_port;  ///< tcp, not the agent's: as a synchronization controller's
};

/// Done once, when a line of the coordinator's stderr matches.
struct Event {
  enum class Action { kill, stop };
  std::string when;                   ///< an ECMAScript regular expression
  std::chrono::milliseconds after{};  ///< so long after that line, into what follows it
  Action action{Action::kill};
  std::string target;  ///< "coordinator", or a node: its agent
};

struct ExpectedFinding {
  std::string code;
  std::string severity;     ///< empty: any
  nlohmann::json scope;     ///< as in the report; null: any
  std::string direction;    ///< as in the report; empty: any
  std::string evidence;     ///< a regular expression that is found in a line of it; empty: any
  std::string consequence;  ///< the same of what it explains besides; empty: any
};

/// What one pair's probe must have come to.
struct ExpectedMeasurement {
  std::string source;
  std::string target;
  std::string probe;
  std::string reason;  ///< a regular expression that is found in what the report says
};

struct Expectation {
  std::string verdict;  ///< empty: there is no report, the coordinator was killed
  std::optional<int> exit_code;
  std::optional<int> pairs_measured;  ///< in one direction each; empty: any number
  std::vector<ExpectedFinding> findings;
  std::vector<ExpectedMeasurement> measured;
  std::vector<std::string> also_allowed;  ///< codes that may appear, as warnings
};

/// One lab and what leadline must say about it.
struct Scenario {
  std::string about;
  std::vector<ClusterSize> clusters{{.name = "east", .nodes = 3}, {.name = "west", .nodes = 3}};
  AddressFamily family{AddressFamily::ipv4};
  int mtu{9000};  ///< of the nodes and routers; 1500 only shows how fast this machine is
  /// Of every node's interface: slow enough that not the machine under the lab is what is measured
  /// (several tests run at once), and above the plan's default minimum.
  BitRate line_rate{600e6};
  bool routed{};  ///< two routers in a row between the clusters, which have a subnet each
  bool migration_tls{true};
  std::uint64_t seed{1};
  std::vector<Fault> faults;
  std::map<std::string, AgentOverride> agents;
  std::vector<std::string> check;  ///< more arguments for `leadline check`
  std::string plan;                ///< YAML for --plan; empty: none
  std::vector<Event> events;
  Expectation expect;
  /// Another run with the same agents after the first; what it must say.
  std::optional<Expectation> then_expect;
  std::vector<std::string> then_check;  ///< instead of `check` in that run; empty: the same
};

/// Of the agent of "east/n1".
MigrationIdentity identity_of(Scenario const& scenario, std::string const& node);

/// One mistake in a scenario file (line and column from 1).
struct ScenarioMistake {
  int line{};
  int column{};
  std::string message;
};

/// All mistakes at once.
tl::expected<Scenario, std::vector<ScenarioMistake>> read_scenario(std::string const& yaml);
}  // namespace leadline::lab
