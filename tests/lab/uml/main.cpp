#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/run/check_run.hpp"
#include "tests/lab/uml/cni_lab.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <span>
#include <sys/mount.h>
#include <system_error>

namespace {
using namespace leadline::lab;
using Clock = std::chrono::steady_clock;

constexpr int bad_usage = 64;

constexpr auto usage =
    "leadline-cni-lab DIRECTORY SCENARIO.yaml...\n"
    "Run by `boot` in user-mode Linux: builds each scenario's clusters with the real CNI plugins "
    "and\n"
    "runs `leadline check` on them. DIRECTORY/SCENARIO/ gets the report and lab.json, or the file\n"
    "skipped or failed with the reason. Exit code 0, whatever the scenarios came to.\n";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void run(CniScenario scenario, Places const& places) {
  auto const start = Clock::now();
  CniLab const lab{scenario};
  for (auto const& pod : lab.pods()) {
    auto& arguments = scenario.run.agents[pod.node.cluster + "/" + pod.node.node].arguments;
    arguments.insert(arguments.end(), {"--host-netns", lab.host_of(pod)});
  }
  auto const lab_seconds = seconds_since(start);
  issue_certificates(places, scenario.run);
  CheckRun check{places, scenario.run, lab.site(), {.events = {}, .on_event = {}}};
  check.await_listening();
  for (auto const& pod : lab.pods()) start_agent(places, scenario.run, pod.space, pod.node);
  auto const outcome = check.finish();
  nlohmann::json const record{
      {"about", scenario.run.about},        {"exit_code", outcome.exit_code},
      {"out_of_time", outcome.out_of_time}, {"events", outcome.events},
      {"lab_seconds", lab_seconds},         {"seconds", seconds_since(start)}};
  std::ofstream{places.directory / "lab.json"} << record.dump(2) << '\n';
}

/// In a sandbox: nothing of a scenario is left for the next.
int run_apart(std::filesystem::path const& file, Places const& places) {
  return run_in_sandbox([&] {
    auto say = [&](char const* outcome, std::exception const& why) {
      fmt::print(stderr, "{} {}: {}\n", file.stem().string(), outcome, why.what());
      std::ofstream{places.directory / outcome} << why.what() << '\n';
    };
    try {
      // Names of namespaces and leases, which plugins keep in files.
      if (::mount("run", "/run", "tmpfs", 0, nullptr) != 0)
        throw std::system_error{errno, std::generic_category(), "/run"};
      run(read_cni_scenario(file), places);
    } catch (SkippedLab const& skipped) {
      say("skipped", skipped);
    } catch (std::exception const& error) {
      say("failed", error);
    }
    return 0;
  });
}

int run_all(std::span<char*> words) {
  if (words.size() < 3) {
    fmt::print(stderr, "{}", usage);
    return bad_usage;
  }
  int worst = 0;
  auto const programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (std::filesystem::path const file : words.subspan(2)) {
    auto const directory = std::filesystem::path{words[1]} / file.stem();
    std::filesystem::create_directories(directory);
    worst = std::max(worst, run_apart(file, {.programs = programs, .directory = directory}));
  }
  return worst;
}
}  // namespace

int main(int argc, char** argv) {
  try {
    return run_all({argv, static_cast<std::size_t>(argc)});
  } catch (std::exception const& error) {
    fmt::print(stderr, "leadline-cni-lab: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
