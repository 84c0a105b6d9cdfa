#include "tests/lab/network/sandbox.hpp"
#include "tests/qemu/agreement.hpp"
#include "tests/qemu/forecast_table.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

namespace {
using namespace leadline::lab;
namespace po = boost::program_options;
namespace fs = std::filesystem;

// sysexits.h
constexpr int bad_usage = 64;
constexpr int lab_failed = 70;

constexpr auto usage =
    "migration [--all] [--only NAME]... [--out DIR]\n"
    "Migrates real VMs with QEMU over the lab's paths, and holds leadline's forecasts and "
    "verdicts\n"
    "against what becomes of them. Without options: a part of it that takes two minutes. NAME is "
    "a\n"
    "path or a scenario. Tables go to stdout and DIR/tables.md.\n"
    "0: all right. 1: something is wrong. 64: bad usage. 70: a lab failed. 77: no labs or no QEMU\n"
    "here.\n";

/// Which of the paths and scenarios to run.
class Selection {
 public:
  explicit Selection(po::variables_map const& options) : all_{options["all"].as<bool>()} {
    if (options.contains("only")) names_ = options["only"].as<std::vector<std::string>>();
    for (auto const& name : names_)
      if (!known(name)) throw std::invalid_argument{"there is no path or scenario " + name};
  }

  [[nodiscard]] bool takes(std::string const& name, bool quick) const {
    if (names_.empty()) return all_ || quick;
    return std::ranges::find(names_, name) != names_.end();
  }

 private:
  static bool known(std::string const& name) {
    return std::ranges::count(forecast_paths(), name, &ForecastPath::name) > 0 ||
           std::ranges::count(agreement_cases(), name, &AgreementCase::scenario) > 0;
  }

  bool all_;
  std::vector<std::string> names_;
};

po::variables_map parse(int argc, char** argv) {
  po::options_description options;
  options.add_options()("help", "")("all", po::bool_switch())(
      "only", po::value<std::vector<std::string>>())(
      "out", po::value<std::string>()->default_value("build/migration"));
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(options).positional({}).run(), values);
  po::notify(values);
  return values;
}

int run(po::variables_map const& options) {
  Selection const selection{options};
  auto const out = fs::absolute(options["out"].as<std::string>());
  auto const places = [&](std::string const& name) {
    return Places{.programs = fs::read_symlink("/proc/self/exe").parent_path(),
                  .directory = out / name};
  };
  std::vector<PathComparison> paths;
  for (auto const& path : forecast_paths()) {
    if (!selection.takes(path.name, path.quick)) continue;
    fmt::print(stderr, "path {}: {}, {} migrations\n", path.name, path.about,
               path.migrations.size());
    paths.push_back(compare(path, places(path.name)));
  }
  std::vector<Agreement> agreements;
  for (auto const& scene : agreement_cases()) {
    if (!selection.takes(scene.scenario, scene.quick)) continue;
    fmt::print(stderr, "scenario {}\n", scene.scenario);
    agreements.push_back(
        compare_in(scene, LEADLINE_SCENARIOS,
                   places(fmt::format("{}-{}MiB", scene.scenario, scene.memory.count >> 20U))));
  }
  auto tables = paths.empty() ? "" : forecast_table(paths) + "\n";
  if (!agreements.empty()) tables += agreement_table(agreements);
  std::ofstream{out / "tables.md"} << tables;
  std::cout << tables << std::flush;
  return all_right(paths) && std::ranges::all_of(agreements, agrees) ? 0 : 1;
}
}  // namespace

int main(int argc, char** argv) {
  try {
    auto const options = parse(argc, argv);
    if (!options.contains("help")) return run(options);
    std::cout << usage;
    return 0;
  } catch (SkippedLab const& skipped) {
    fmt::print(stderr, "skipped: {}\n", skipped.what());
    return skipped_exit_code;
  } catch (po::error const& error) {
    fmt::print(stderr, "migration: {}\n{}", error.what(), usage);
    return bad_usage;
  } catch (std::invalid_argument const& error) {
    fmt::print(stderr, "migration: {}\n{}", error.what(), usage);
    return bad_usage;
  } catch (std::exception const& error) {
    fmt::print(stderr, "migration: {}\n", error.what());
    return lab_failed;
  }
}
