#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/run/scenario_run.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {
using namespace leadline::lab;
namespace po = boost::program_options;

// Apart from the exit codes of `leadline check`, which are passed on (sysexits.h).
constexpr int bad_usage = 64;
constexpr int lab_failed = 70;

constexpr auto usage =
    "leadline-lab SCENARIO.yaml --out DIR [--show] [--limit SECONDS]\n"
    "Runs `leadline check` in a lab of network namespaces; its exit code is the check's.\n"
    "77: namespaces are not permitted here. 64: bad usage or scenario. 70: the lab failed.\n";

po::variables_map parse(int argc, char** argv) {
  po::options_description options;
  options.add_options()("help", "")("scenario", po::value<std::string>()->required())(
      "out", po::value<std::string>()->required())("show", po::bool_switch())(
      "limit", po::value<int>()->default_value(180));
  po::positional_options_description positional;
  positional.add("scenario", 1);
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(options).positional(positional).run(),
            values);
  if (!values.contains("help")) po::notify(values);
  return values;
}

Scenario read_file(std::string const& path) {
  std::ifstream file{path};
  if (!file) throw std::invalid_argument{path + ": cannot be read"};
  std::string const yaml{std::istreambuf_iterator<char>{file}, {}};
  auto scenario = read_scenario(yaml);
  if (scenario) return *scenario;
  std::string all;
  for (auto const& mistake : scenario.error())
    all += fmt::format("{}{}:{}:{}: {}", all.empty() ? "" : "\n", path, mistake.line,
                       mistake.column, mistake.message);
  throw std::invalid_argument{all};
}

int run(po::variables_map const& options) {
  auto const scenario = read_file(options["scenario"].as<std::string>());
  plan_topology(scenario);  // a fault at a place that is not there is a mistake of the scenario
  auto const directory = std::filesystem::absolute(options["out"].as<std::string>());
  std::filesystem::create_directories(directory);
  RunSettings const settings{
      .places = {.programs = std::filesystem::read_symlink("/proc/self/exe").parent_path(),
                 .directory = directory},
      .show = options["show"].as<bool>(),
      .limit = std::chrono::seconds{options["limit"].as<int>()}};
  return run_in_sandbox([&] {
    try {
      return run_scenario(scenario, settings);
    } catch (SkippedLab const&) {
      throw;
    } catch (std::exception const& error) {
      fmt::print(stderr, "lab: {}\n", error.what());
      return lab_failed;
    }
  });
}
}  // namespace

int main(int argc, char** argv) {
  try {
    auto const options = parse(argc, argv);
    if (!options.contains("help")) return run(options);
    std::cout << usage;
    return 0;
  } catch (po::error const& error) {
    fmt::print(stderr, "leadline-lab: {}\n{}", error.what(), usage);
  } catch (std::exception const& error) {
    fmt::print(stderr, "leadline-lab: {}\n", error.what());
  }
  return bad_usage;
}
