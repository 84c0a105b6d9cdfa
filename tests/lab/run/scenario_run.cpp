#include "tests/lab/run/scenario_run.hpp"

#include "tests/lab/network/lab.hpp"
#include "tests/lab/run/check_run.hpp"
#include "tests/lab/run/migration_certificates.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace leadline::lab {
namespace {
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

class ScenarioRun {
 public:
  ScenarioRun(Scenario const& scenario, RunSettings const& settings)
      : scenario_{scenario},
        settings_{settings},
        lab_{plan_topology(scenario), settings.places.directory} {}

  int run();

 private:
  void prepare_certificates() const;
  void open_ports();
  void start_agents();
  CheckOutcome check(std::string name, std::vector<std::string> arguments,
                     std::vector<Event> events);
  void carry_out(Event const& event, pid_t coordinator);
  [[nodiscard]] Clock::time_point last_packet() const;
  [[nodiscard]] double await_silence(Clock::time_point since) const;

  Scenario const& scenario_;
  RunSettings const& settings_;
  Lab lab_;
  std::map<std::string, pid_t> agents_;
  std::vector<FileDescriptor> open_ports_;
  nlohmann::json record_;
};

void ScenarioRun::prepare_certificates() const {
  issue_certificates(settings_.places, scenario_);
  MigrationCertificates const certificates{scenario_.clusters};
  for (auto const& node : lab_.topology().nodes)
    if (auto const identity = identity_of(scenario_, node.cluster + "/" + node.node);
        identity != MigrationIdentity::none)
      certificates.write(settings_.places.migration_tls_of(node), node.cluster, identity);
}

/// The kernel takes the connections; nobody needs to read from them.
void ScenarioRun::open_ports() {
  for (auto const& node : lab_.topology().nodes) {
    auto const found = scenario_.agents.find(node.cluster + "/" + node.node);
    if (found == scenario_.agents.end() || !found->second.open_port) continue;
    Visit const visit{lab_.machine(node.machine)};
    FileDescriptor listener{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(static_cast<std::uint16_t>(*found->second.open_port));
    if (!listener || ::bind(listener.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 ||
        ::listen(listener.get(), 128) != 0)
      throw std::system_error{errno, std::generic_category(), found->first + ": open_port"};
    open_ports_.push_back(std::move(listener));
  }
}

void ScenarioRun::start_agents() {
  for (auto const& node : lab_.topology().nodes)
    if (auto const agent =
            start_agent(settings_.places, scenario_, lab_.machine(node.machine), node))
      agents_.emplace(node.cluster + "/" + node.node, *agent);
}

void ScenarioRun::carry_out(Event const& event, pid_t coordinator) {
  if (event.target == "coordinator")
    record_["quiet_before_loss_seconds"] = seconds(Clock::now() - last_packet());
  auto const process = event.target == "coordinator" ? coordinator : agents_.at(event.target);
  ::kill(process, event.action == Event::Action::kill ? SIGKILL : SIGSTOP);
}

Clock::time_point ScenarioRun::last_packet() const {
  return Clock::time_point{std::chrono::nanoseconds{lab_.traffic().last_packet_ns}};
}

CheckOutcome ScenarioRun::check(std::string name, std::vector<std::string> arguments,
                                std::vector<Event> events) {
  CheckRun run{
      settings_.places,
      scenario_,
      lab_.coordinator(),
      {.name = std::move(name),
       .show = settings_.show,
       .arguments = std::move(arguments),
       .events = std::move(events),
       .on_event = [this](Event const& event, pid_t coordinator) { carry_out(event, coordinator); },
       .limit = settings_.limit}};
  run.await_listening();
  if (agents_.empty()) start_agents();
  return run.finish();
}

/// How long packets went on to leave the nodes; gives up after 15 s.
double ScenarioRun::await_silence(Clock::time_point since) const {
  while (Clock::now() - since < 15s && Clock::now() - std::max(last_packet(), since) < 2s)
    std::this_thread::sleep_for(50ms);
  return std::max(0.0, seconds(last_packet() - since));
}

int ScenarioRun::run() {
  auto const start = Clock::now();
  prepare_certificates();
  open_ports();
  auto const first = check("check", scenario_.check, scenario_.events);
  record_.update({{"about", scenario_.about},
                  {"exit_code", first.exit_code},
                  {"out_of_time", first.out_of_time},
                  {"events", first.events},
                  {"check_seconds", seconds(first.ended - start)}});
  if (scenario_.then_expect) {
    record_["traffic_after_end_seconds"] = await_silence(first.lost.value_or(first.ended));
    auto const second = check("then", scenario_.then_check, {});
    record_["then"] = {{"exit_code", second.exit_code}, {"out_of_time", second.out_of_time}};
  }
  if (settings_.afterwards) settings_.afterwards(lab_);
  lab_.unplug();
  std::ofstream{settings_.places.directory / "lab.json"} << record_.dump(2) << '\n';
  return first.exit_code;
}
}  // namespace

int run_scenario(Scenario const& scenario, RunSettings const& settings) {
  return ScenarioRun{scenario, settings}.run();
}
}  // namespace leadline::lab
