#include "tests/lab/run/check_run.hpp"

#include "tests/lab/network/subprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <poll.h>
#include <regex>
#include <sstream>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace leadline::lab {
namespace {
std::vector<std::string> command_line(Places const& places, Scenario const& scenario,
                                      CheckSettings const& settings) {
  std::vector<std::string> words{(places.programs / "leadline").string(),
                                 "check",
                                 "--listen",
                                 fmt::format("0.0.0.0:{}", control_port),
                                 "--tls",
                                 places.tls_of("coordinator").string(),
                                 "--yes"};
  auto add = [&words](std::string option, std::string value) {
    words.push_back(std::move(option));
    words.push_back(std::move(value));
  };
  for (auto const& cluster : scenario.clusters)
    add("--expect", fmt::format("{}={}", cluster.name, cluster.nodes));
  if (!scenario.plan.empty()) {
    auto const plan = places.directory / "plan.yaml";
    std::ofstream{plan} << scenario.plan << '\n';
    add("--plan", plan.string());
  }
  if (settings.show) {
    add("-o", "text");
  } else {
    add("-o", "json");
    add("--out", (places.directory / (settings.name + ".report.json")).string());
  }
  auto const& arguments = settings.arguments.empty() ? scenario.check : settings.arguments;
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

/// Whether a process listens on the port in its network namespace (proc(5), /proc/net/tcp).
bool listens(pid_t process, int port) {
  auto const wanted = fmt::format(":{:04X}", port);
  for (auto const* table : {"tcp", "tcp6"}) {
    std::ifstream file{fmt::format("/proc/{}/net/{}", process, table)};
    for (std::string line; std::getline(file, line);) {
      // "  0: 00000000:24E3 00000000:0000 0A ...": local address, remote address, state.
      std::istringstream fields{line};
      std::string number;
      std::string local;
      std::string remote;
      std::string state;
      fields >> number >> local >> remote >> state;
      if (state == "0A" && local.ends_with(wanted)) return true;
    }
  }
  return false;
}
}  // namespace

CheckRun::CheckRun(Places const& places, Scenario const& scenario, NetworkNamespace const& where,
                   CheckSettings settings)
    : settings_{std::move(settings)},
      output_{places.directory / (settings_.name + ".stdout")},
      error_file_{create_file(places.directory / (settings_.name + ".stderr"))} {
  std::array<int, 2> errors{};
  if (::pipe2(errors.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  errors_ = FileDescriptor{errors[0]};
  FileDescriptor const writer{errors[1]};
  auto const output = create_file(output_);
  coordinator_ = start({.words = command_line(places, scenario, settings_),
                        .network_namespace = where.descriptor(),
                        .environment = {},
                        .standard_input = -1,
                        .standard_output = output.get(),
                        .standard_error = writer.get()});
}

void CheckRun::await_listening() const {
  using namespace std::chrono_literals;
  auto const deadline = Clock::now() + 5s;
  while (Clock::now() < deadline && !listens(coordinator_, control_port)) {
    pollfd ended{.fd = errors_.get(), .events = 0, .revents = 0};
    if (::poll(&ended, 1, 2) > 0) return;
  }
}

CheckOutcome CheckRun::finish() {
  CheckOutcome outcome;
  std::string unfinished;
  auto const at_the_latest = Clock::now() + settings_.limit;
  std::array<char, 4096> buffer{};
  for (;;) {
    carry_out_due(outcome);
    auto const deadline = outcome.lost ? *outcome.lost + settings_.stopped : at_the_latest;
    if (Clock::now() >= deadline) {
      outcome.out_of_time = !outcome.lost;
      ::kill(coordinator_, SIGKILL);
      break;
    }
    auto const left =
        std::chrono::ceil<std::chrono::milliseconds>(wake_at(deadline) - Clock::now());
    pollfd said{.fd = errors_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&said, 1, static_cast<int>(std::max(left.count(), 0L))) == 0) continue;
    auto const octets = ::read(errors_.get(), buffer.data(), buffer.size());
    if (octets < 0 && errno == EINTR) continue;
    if (octets <= 0) break;
    std::string_view const text{buffer.data(), static_cast<std::size_t>(octets)};
    for (int const sink : {error_file_.get(), settings_.show ? STDERR_FILENO : -1})
      if (sink >= 0 && ::write(sink, text.data(), text.size()) < 0)
        throw std::system_error{errno, std::generic_category(), "stderr"};
    unfinished += text;
    take_lines(unfinished);
  }
  outcome.exit_code = wait_for(coordinator_);
  outcome.ended = Clock::now();
  if (settings_.show) std::cout << std::ifstream{output_}.rdbuf() << std::flush;
  return outcome;
}

void CheckRun::take_lines(std::string& unfinished) {
  for (auto end = unfinished.find('\n'); end != std::string::npos; end = unfinished.find('\n')) {
    auto const line = unfinished.substr(0, end);
    unfinished.erase(0, end + 1);
    auto const set_off = std::ranges::find_if(settings_.events, [&](Event const& e) {
      return std::regex_search(line, std::regex{e.when});
    });
    if (set_off == settings_.events.end()) continue;
    due_.push_back({.event = *set_off, .line = line, .at = Clock::now() + set_off->after});
    settings_.events.erase(set_off);
  }
}

void CheckRun::carry_out_due(CheckOutcome& outcome) {
  auto const now = Clock::now();
  std::erase_if(due_, [&](DueEvent const& due) {
    if (due.at > now) return false;
    settings_.on_event(due.event, coordinator_);
    outcome.events.push_back(due.line);
    if (due.event.target == "coordinator") outcome.lost = Clock::now();
    return true;
  });
}

CheckRun::Clock::time_point CheckRun::wake_at(Clock::time_point latest) const {
  for (auto const& due : due_) latest = std::min(latest, due.at);
  return latest;
}
}  // namespace leadline::lab
