#include "tests/lab/fault_table/expect_outcome.hpp"

#include "tests/lab/fault_table/verdict_match.hpp"
#include "tests/schema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace leadline::lab {
namespace {
namespace fs = std::filesystem;

constexpr auto const* schema = LEADLINE_SOURCE_DIR "/coordinator/report/report.schema.json";

/// The end of a log, for the message of a failure.
std::string tail(fs::path const& path) {
  auto const text = content(path);
  constexpr std::size_t enough = 4000;
  return text.size() > enough ? text.substr(text.size() - enough) : text;
}

/// As the schedule was run: no test of a node began before the one before had ended.
void expect_one_bulk_test_a_node(nlohmann::json const& report) {
  std::map<nlohmann::json, std::vector<std::pair<double, double>>> of_node;
  for (auto const& test : report.at("schedule"))
    if (test.at("outcome") == "measured")
      for (auto const* const end : {"source", "target"})
        of_node[test.at(end)].emplace_back(test.at("started_seconds"), test.at("ended_seconds"));
  bool const measured = std::ranges::any_of(report.at("pairs"), [](auto const& pair) {
    return std::ranges::any_of(pair.at("observations"), [](auto const& seen) {
      return seen.at("probe") == "bandwidth" && seen.at("status") == "ok";
    });
  });
  EXPECT_TRUE(!measured || !report.at("schedule").empty());
  for (auto& [node, times] : of_node) {
    std::ranges::sort(times);
    for (std::size_t i = 1; i < times.size(); ++i)
      EXPECT_GE(times[i].first, times[i - 1].second) << node << " was in two bulk tests at once";
  }
}

void expect_report(Expectation const& expected, fs::path const& directory,
                   std::string const& name) {
  auto const report =
      nlohmann::json::parse(content(directory / (name + ".report.json")), nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << "no report; " << name << ".stderr ends:\n"
                                      << tail(directory / (name + ".stderr"));
  for (auto const& difference : differences(expected, report)) ADD_FAILURE() << difference;
  EXPECT_EQ(against_schema(schema, report), "");
  expect_one_bulk_test_a_node(report);
}

/// That the agents stopped: traffic ran until the coordinator was lost, and then ended in time.
void expect_silence(std::vector<Event> const& events, nlohmann::json const& record) {
  auto const went_on = record.at("traffic_after_end_seconds").get<double>();
  EXPECT_LE(went_on, 5.0) << "agents must stop within 5 s of losing the coordinator";
  for (auto const& event : events) {
    if (event.target != "coordinator") continue;
    EXPECT_LE(record.at("quiet_before_loss_seconds"), 0.5) << "no traffic was there to be stopped";
    // It pings every second, and is missed after 4 s.
    if (event.action == Event::Action::stop) {
      EXPECT_GE(went_on, 1.0) << "traffic ended before the agents could miss the coordinator";
    }
  }
}

void expect_second_run(Expectation const& expected, fs::path const& directory,
                       nlohmann::json const& record) {
  EXPECT_EQ(record.at("then").at("exit_code"), expected.exit_code.value_or(-1));
  expect_report(expected, directory, "then");
}

}  // namespace

std::string content(fs::path const& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::string> scenario_names(fs::path const& directory) {
  std::vector<std::string> names;
  for (auto const& entry : fs::directory_iterator{directory})
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

void expect_outcome(Scenario const& scenario, LabRun const& run) {
  auto const record = nlohmann::json::parse(content(run.directory / "lab.json"), nullptr, false);
  ASSERT_FALSE(record.is_discarded())
      << "the lab ended with " << run.exit_code << ": " << run.errors;
  EXPECT_FALSE(record.at("out_of_time"));
  EXPECT_EQ(record.at("events").size(), scenario.events.size());
  EXPECT_EQ(record.at("exit_code"), scenario.expect.exit_code.value_or(-1));
  EXPECT_EQ(run.exit_code, scenario.expect.exit_code.value_or(-1));
  if (!scenario.expect.verdict.empty()) expect_report(scenario.expect, run.directory, "check");
  if (!scenario.then_expect) return;
  expect_silence(scenario.events, record);
  expect_second_run(*scenario.then_expect, run.directory, record);
}
}  // namespace leadline::lab
