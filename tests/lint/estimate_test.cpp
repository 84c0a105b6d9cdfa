#include "coordinator/estimate/estimate.hpp"

#include "coordinator/estimate/evacuation.hpp"
#include "coordinator/estimate/machine_estimate.hpp"
#include "coordinator/estimate/measured_bandwidth.hpp"
#include "coordinator/estimate/migration_path.hpp"
#include "coordinator/report/chart.hpp"
#include "coordinator/report/estimate_figures.hpp"
#include "coordinator/report/estimate_report.hpp"
#include "tests/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

namespace leadline {
namespace {
using namespace literals;
using std::chrono::seconds;

Forecast without_deadline(Workload const& workload, BitRate bandwidth) {
  return forecast(workload, {.bandwidth = bandwidth}, std::nullopt);
}

TEST(MigrationModel, SendsAnIdleGuestOnce) {
  auto const result = without_deadline({.memory = 1'250'000'000_B}, 1_Gbps);
  EXPECT_EQ(result.end, Forecast::End::converges);
  EXPECT_EQ(result.passes, 1);
  EXPECT_NEAR(result.duration.count(), 10, 0.001);
  EXPECT_NEAR(result.downtime.count(), 0.275, 0.001)
      << "it switches over as soon as the rest fits into 300 ms, and a little later on average";
}

TEST(MigrationModel, FollowsTheGeometricSeries) {
  // r = D/B = 0.5: passes of 9.725, half of that, ... s, until a pass leaves less than 25 ms more.
  auto const result = without_deadline(
      {.memory = 1'250'000'000_B, .dirty_rate = 62.5e6, .working_set = 1'250'000'000_B}, 1_Gbps);
  EXPECT_EQ(result.end, Forecast::End::converges);
  EXPECT_EQ(result.passes, 9);  // 9.725 * 0.5^9 = 0.019 s, the first below 0.025
  auto const last = 9.725 * std::pow(0.5, 9);
  EXPECT_NEAR(result.downtime.count(), 0.275 + last, 0.001);
  EXPECT_NEAR(result.duration.count(), (9.725 - last) / 0.5 + result.downtime.count(), 0.001);
}

TEST(MigrationModel, ConvergesWithAWorkingSetThatFitsIntoTheDowntime) {
  // B * T is 37.5 MB. What the guest has written to and what was never sent go together.
  for (auto const& [working_set, downtime] :
       {std::pair{1'250'000_B, 0.285}, {12'500'000_B, 0.275}, {36'000'000_B, 0.288}}) {
    Workload const busy{.memory = 1'250'000'000_B, .dirty_rate = 1e9, .working_set = working_set};
    auto const result = without_deadline(busy, 1_Gbps);
    EXPECT_EQ(result.end, Forecast::End::converges) << working_set.count;
    EXPECT_NEAR(result.downtime.count(), downtime, 0.001) << working_set.count;
  }
  Workload const larger{.memory = 1'250'000'000_B, .dirty_rate = 1e9, .working_set = 40'000'000_B};
  EXPECT_EQ(without_deadline(larger, 1_Gbps).end, Forecast::End::never);
}

TEST(MigrationModel, NeverEndsWhereTheGuestWritesFaster) {
  Workload const busy{.memory = 1_MiB, .dirty_rate = 1e9, .working_set = 1_MiB};
  Workload const large{
      .memory = 1'250'000'000_B, .dirty_rate = 130e6, .working_set = 1'250'000'000_B};
  EXPECT_EQ(without_deadline(busy, 1_Gbps).end, Forecast::End::converges)
      << "a working set that is sent within the downtime is no hindrance";
  EXPECT_EQ(without_deadline(large, 1_Gbps).end, Forecast::End::never);
  EXPECT_EQ(without_deadline(large, {0}).end, Forecast::End::never);
}

TEST(MigrationModel, ConvergesWhereTheGuestIsSlowedOrMovesFirst) {
  Workload const busy{
      .memory = 1'250'000'000_B, .dirty_rate = 200e6, .working_set = 1'250'000'000_B};
  auto const slowed = forecast(busy, {.bandwidth = 1_Gbps, .auto_converge = true}, std::nullopt);
  EXPECT_EQ(slowed.end, Forecast::End::converges);
  EXPECT_GT(slowed.least_throttle, 0.3);
  EXPECT_LE(slowed.least_throttle, 0.99);
  auto const moved = forecast(busy, {.bandwidth = 1_Gbps, .post_copy = true}, Seconds{60});
  EXPECT_EQ(moved.end, Forecast::End::post_copy);
  EXPECT_GT(moved.duration.count(), 60);
  EXPECT_LE(moved.duration.count(), 70.001) << "all of memory once more, at most";
}

TEST(MigrationModel, CopiesTheDisksFirstAndHasADeadline) {
  Workload const with_disk{.memory = 1'250'000'000_B, .disk = 12'500'000'000_B};
  auto const deadline = deadline_of(seconds{150}, with_disk.memory, with_disk.disk);
  EXPECT_EQ(deadline.count(), 150 * 14);
  auto const result = forecast(with_disk, {.bandwidth = 1_Gbps}, deadline);
  EXPECT_NEAR(result.disk_time.count(), 100, 0.001);
  EXPECT_NEAR(result.duration.count(), 110, 0.001);
  EXPECT_EQ(forecast(with_disk, {.bandwidth = 50_Mbps}, deadline).end, Forecast::End::cancelled);
}

/// The rest of memory, which is sent once, hides for two passes that the working set fits.
TEST(MigrationModel, SeesBeyondWhatIsSentOnce) {
  Workload const workload{.memory = 83'000'000_B, .dirty_rate = 276e6, .working_set = 41'500'000_B};
  for (auto const megabits : {1265.0, 1897.5, 3000.0})
    EXPECT_EQ(forecast(workload, {.bandwidth = {megabits * 1e6}}, std::nullopt).end,
              Forecast::End::converges)
        << megabits;
  // Nothing hides a working set that does not fit.
  EXPECT_EQ(forecast({.memory = 830'000'000_B, .dirty_rate = 276e6, .working_set = 415'000'000_B},
                     {.bandwidth = {1265e6}}, std::nullopt)
                .end,
            Forecast::End::never);
}

RC_GTEST_PROP(MigrationModel, IsNeverWorseWithMoreBandwidthOrLessWriting, ()) {
  auto const number = [](int least, int most) {
    return static_cast<double>(*rc::gen::inRange(least, most));
  };
  auto const memory = static_cast<std::uint64_t>(number(1, 64'000)) * 1'000'000;
  Workload const workload{.memory = {memory},
                          .dirty_rate = number(0, 2'000) * 1e6,
                          .working_set = {memory / static_cast<std::uint64_t>(number(1, 20))}};
  BitRate const bandwidth{number(10, 20'000) * 1e6};
  auto const deadline = deadline_of(seconds{150}, workload.memory, {});
  auto const here = forecast(workload, {.bandwidth = bandwidth}, deadline);
  auto const faster = forecast(workload, {.bandwidth = {bandwidth.per_second * 1.5}}, deadline);
  auto calmer_guest = workload;
  calmer_guest.dirty_rate /= 2;
  auto const calmer = forecast(calmer_guest, {.bandwidth = bandwidth}, deadline);
  if (succeeds(here)) {
    RC_ASSERT(succeeds(faster) && succeeds(calmer));
    RC_ASSERT(faster.duration <= here.duration + Seconds{1e-6});
    RC_ASSERT(here.duration <= deadline);
    RC_ASSERT(here.downtime <= Seconds{0.3 + 1e-9});
  }
  for (std::size_t i = 1; i < here.course.size(); ++i)
    RC_ASSERT(here.course[i - 1].time <= here.course[i].time);
}

/// 64 GiB that writes 300 MiB/s in 8 GiB, over 10 Gbit/s.
Question usual() {
  return {
      .workload = {.memory = 65536_MiB, .dirty_rate = 300.0 * 1024 * 1024, .working_set = 8192_MiB},
      .dirty_rate_known = true,
      .guest_memory = 65536_MiB,
      .least_bandwidth = {9.4e9},
      .likely_bandwidth = {9.4e9},
      .most_bandwidth = {9.4e9},
      .completion_timeout_per_gib = seconds{150}};
}

TEST(Estimate, SaysInTimeTooLateOrUncertain) {
  auto question = usual();
  EXPECT_EQ(estimate(question).verdict, Estimate::Verdict::in_time);
  question.least_bandwidth = {1e9};
  EXPECT_EQ(estimate(question).verdict, Estimate::Verdict::uncertain);
  question.likely_bandwidth = question.most_bandwidth = {1e9};
  EXPECT_EQ(estimate(question).verdict, Estimate::Verdict::too_late)
      << "314 MB/s are written, 125 MB/s carried";
  question = usual();
  question.dirty_rate_known = false;
  question.workload.dirty_rate = 0;
  EXPECT_EQ(estimate(question).verdict, Estimate::Verdict::uncertain)
      << "what was not measured is unknown";
  question.side_by_side = 100;
  question.completion_timeout_per_gib = seconds{20};
  EXPECT_EQ(estimate(question).verdict, Estimate::Verdict::too_late)
      << "even without a single write";
}

TEST(Estimate, NamesWhereTheAnswerTurns) {
  auto question = usual();
  auto const answer = estimate(question);
  ASSERT_TRUE(answer.needed_bandwidth && answer.highest_dirty_rate);
  auto const at = [&](double factor) {
    auto other = question;
    other.factor = {1, 1};
    other.workload.dirty_rate *= std::sqrt(2.5);
    other.least_bandwidth = other.likely_bandwidth =
        other.most_bandwidth = {answer.needed_bandwidth->per_second * factor};
    return estimate(other).verdict;
  };
  EXPECT_EQ(at(1.01), Estimate::Verdict::in_time);
  EXPECT_EQ(at(0.99), Estimate::Verdict::too_late);
  question.factor = {1, 1};
  question.workload.dirty_rate = *answer.highest_dirty_rate * 0.99;
  EXPECT_EQ(estimate(question).verdict, Estimate::Verdict::in_time);
  question.workload.dirty_rate = *answer.highest_dirty_rate * 1.02;
  EXPECT_EQ(estimate(question).verdict, Estimate::Verdict::too_late);
}

TEST(Estimate, ComparesTimeouts) {
  auto question = usual();
  question.least_bandwidth = question.likely_bandwidth = question.most_bandwidth = {300e6};
  question.workload.dirty_rate = 0;
  auto const rows = compare_timeouts(question, {seconds{20}, seconds{150}});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].deadline.count(), 20 * 69);
  EXPECT_EQ(rows[0].verdict, Estimate::Verdict::too_late);
  EXPECT_EQ(rows[1].verdict, Estimate::Verdict::in_time);
}

TEST(Estimate, NamesWhatIsLeftOfTheDeadline) {
  struct Row {
    char const* what;
    Forecast::End end;
    double deadline;
    std::optional<double> left;
  };

  for (auto const& [what, end, deadline, left] :
       {Row{"early", Forecast::End::converges, 400, 300},
        Row{"late", Forecast::End::cancelled, 80, -20},
        Row{"never", Forecast::End::never, 400, std::nullopt},
        Row{"post-copy begins at the deadline", Forecast::End::post_copy, 80, std::nullopt}}) {
    auto const margin =
        margin_of({.end = end, .duration = Seconds{100}, .course = {}}, Seconds{deadline});
    ASSERT_EQ(margin.has_value(), left.has_value()) << what;
    if (!margin || !left) continue;
    EXPECT_DOUBLE_EQ(margin->time.count(), *left) << what;
    EXPECT_DOUBLE_EQ(margin->share, *left / deadline) << what;
  }
  EXPECT_FALSE(margin_of({.end = Forecast::End::converges, .course = {}}, std::nullopt));
}

TEST(Alternatives, ShareThePathUpToWhatTheSettingsAllow) {
  auto const counts = [](int most, int asked) {
    std::vector<int> all;
    for (auto const& row : compare_parallel(usual(), most, asked)) all.push_back(row.count);
    return all;
  };
  EXPECT_EQ(counts(1, 1), (std::vector{1}));
  EXPECT_EQ(counts(5, 2), (std::vector{1, 2, 3, 4, 5}));
  EXPECT_EQ(counts(20, 3), (std::vector{1, 2, 3, 4, 8, 16, 20})) << "a handful, and what was asked";
  auto const rows = compare_parallel(usual(), 5, 1);
  EXPECT_DOUBLE_EQ(rows.at(1).share.per_second, 4.7e9);
  EXPECT_EQ(rows.at(0).answer.verdict, Estimate::Verdict::in_time);
  EXPECT_EQ(rows.at(4).answer.verdict, Estimate::Verdict::too_late)
      << "a fifth carries 235 MB/s, and 314 are written";
}

Evacuee evacuee(std::string name, std::string node, Workload const& workload) {
  auto question = usual();
  question.workload = workload;
  question.guest_memory = workload.memory;
  question.least_bandwidth = question.likely_bandwidth = question.most_bandwidth = 1_Gbps;
  return {std::move(name), std::move(node), question};
}

TEST(Evacuation, SharesTheNodesPathAndTheLimits) {
  std::vector<Evacuee> all;
  for (int i = 0; i < 4; ++i)
    for (auto const* const node : {"n1", "n2"})
      all.push_back(
          evacuee(std::string{node} + "-" + std::to_string(i), node, {.memory = 1'250'000'000_B}));
  EvacuationLimits limits{.parallel_per_cluster = 5, .parallel_outbound_per_node = 1};
  auto const plan = [&] { return evacuate(all, limits, Outlook::likely); };
  EXPECT_NEAR(plan().duration.count(), 40, 0.01) << "both nodes at once";
  limits.parallel_outbound_per_node = 2;
  EXPECT_NEAR(plan().duration.count(), 40, 0.01) << "two share what one had";
  limits.parallel_per_cluster = 1;
  EXPECT_NEAR(plan().duration.count(), 80, 0.01);
  all.push_back(
      evacuee("busy", "n1",
              {.memory = 1'250'000'000_B, .dirty_rate = 1e9, .working_set = 1'250'000'000_B}));
  EXPECT_EQ(plan().stuck, std::vector<std::string>{"busy"});
  EXPECT_EQ(evacuate({}, limits, Outlook::likely).duration.count(), 0);
}

TEST(Evacuation, SpansTheBandwidthAndTheDirtyRate) {
  Workload const idle{.memory = 1'250'000'000_B};
  Workload const writing{
      .memory = 1'250'000'000_B, .dirty_rate = 60e6, .working_set = 1'250'000'000_B};
  std::vector<Evacuee> all{evacuee("idle", "n1", idle)};
  all.front().question.least_bandwidth = 500_Mbps;
  all.front().question.most_bandwidth = 2_Gbps;
  auto const by_bandwidth = evacuate("n1", all, {});
  EXPECT_NEAR(by_bandwidth.best.duration.count(), 5, 0.01);
  EXPECT_NEAR(by_bandwidth.likely.duration.count(), 10, 0.01);
  EXPECT_NEAR(by_bandwidth.worst.duration.count(), 20, 0.01);
  auto const by_writing = evacuate("n1", {evacuee("writing", "n1", writing)}, {});
  EXPECT_GT(by_writing.likely.duration.count(), by_writing.best.duration.count());
  EXPECT_TRUE(by_writing.best.stuck.empty());
  EXPECT_EQ(by_writing.worst.stuck, std::vector<std::string>{"writing"})
      << "two and a half times 60 MB/s are more than 125";
}

TEST(Machines, AreReadFromTheirObjects) {
  auto const set = read_manifests("vmi.yaml", R"(kind: VirtualMachineInstance
metadata: {name: vm, namespace: ns, labels: {tier: db}}
spec:
  domain:
    cpu: {dedicatedCpuPlacement: true}
    memory: {guest: 4Gi}
status:
  nodeName: n1
  volumeStatus:
  - name: root
    persistentVolumeClaimInfo: {capacity: {storage: 20Gi}}
  - name: cloudinit
  - name: more
    persistentVolumeClaimInfo: {requests: {storage: 1Gi}}
---
kind: VirtualMachineInstance
metadata: {name: broken}
spec: {domain: {memory: {guest: 64 gigs}}}
---
kind: VirtualMachineInstance
metadata: {name: without}
spec: {domain: {}}
)");
  auto const [machine, mistake, pointer] = read_machine(set.manifests.at(0));
  ASSERT_TRUE(machine && mistake.empty());
  EXPECT_EQ(machine->name + " on " + machine->node, "ns/vm on n1");
  EXPECT_EQ(machine->memory, 4096_MiB);
  EXPECT_EQ(machine->disk, 21504_MiB);
  EXPECT_TRUE(machine->single_stream);
  EXPECT_EQ(machine->space, "ns");
  EXPECT_EQ(machine->labels.labels, (Labels{{"tier", "db"}}));
  EXPECT_EQ(read_machine(set.manifests.at(1)).mistake, "\"64 gigs\" is no size, such as 64Gi");
  EXPECT_EQ(read_machine(set.manifests.at(2)).pointer, "/spec/domain");
}

nlohmann::json report_with(std::vector<std::tuple<std::string, int, double>> const& results) {
  auto observations = nlohmann::json::array();
  for (auto const& [transport, streams, rate] : results)
    observations.push_back(
        {{"probe", "bandwidth"},
         {"status", "ok"},
         {"result",
          {{"transport", transport}, {"streams", streams}, {"rate_bits_per_second", rate}}}});
  observations.push_back({{"probe", "bandwidth"}, {"status", "inconclusive"}});
  observations.push_back(7);
  return {{"schema", "leadline.report/v1"},
          {"pairs",
           {{{"source", "east/n1"}, {"target", "west/n1"}, {"observations", observations}}, 8}}};
}

TEST(MeasuredBandwidth, PrefersTlsAndTheNumberOfStreams) {
  auto const report = report_with(
      {{"tcp", 8, 9e9}, {"tls", 1, 2e9}, {"tls", 8, 5e9}, {"tls", 8, 7e9}, {"tls", 8, 6e9}});
  auto const measured = read_measured_bandwidth(report, 8);
  ASSERT_TRUE(measured);
  EXPECT_EQ(measured->least.per_second, 5e9);
  EXPECT_EQ(measured->median.per_second, 6e9);
  EXPECT_EQ(measured->most.per_second, 7e9);
  EXPECT_EQ(measured->least_pair, "east/n1 -> west/n1");
  EXPECT_EQ(read_measured_bandwidth(report, 2)->streams, 1);
  EXPECT_EQ(read_measured_bandwidth(report_with({{"tcp", 8, 9e9}}), 1)->transport, "tcp");
  EXPECT_FALSE(read_measured_bandwidth(report_with({}), 8));
  EXPECT_FALSE(read_measured_bandwidth({{"schema", "leadline.lint/v1"}}, 8));
  EXPECT_FALSE(read_measured_bandwidth(7, 8));
}

TEST(MeasuredBandwidth, TellsWhatACapHeld) {
  auto report = report_with({{"tls", 8, 5e9}, {"tls", 8, 7e9}, {"tls", 1, 5e9}});
  report["pairs"][0]["observations"][0]["result"]["limit"] = "rate_limit";
  report["pairs"][0]["observations"][1]["result"]["limit"] = "receiver";
  EXPECT_EQ(read_measured_bandwidth(report, 8)->held_at_cap, 1U);
  EXPECT_EQ(read_measured_bandwidth(report, 1)->held_at_cap, 0U);
  auto const text = describe(*read_migration_path(report, std::nullopt), "report.json", false);
  EXPECT_NE(text.find("; 1 of them held at a cap on the rate"), std::string::npos) << text;
}

Machine machine_of_4_gib(bool single_stream) {
  return {.name = "ns/vm",
          .space = "ns",
          .labels = {.labels = {{"tier", "db"}}, .all = true},
          .node = "n1",
          .memory = 4096_MiB,
          .disk = {},
          .single_stream = single_stream};
}

/// What is asked of every VM.
Question writing_at(double dirty_rate) {
  auto question = usual();
  question.workload.dirty_rate = dirty_rate;
  question.workload.working_set = 65536_MiB;
  question.side_by_side = 1;
  return question;
}

TEST(MigrationPath, GivesVmsWithCpuLimitsOneStream) {
  auto const report = report_with({{"tls", 1, 2e9}, {"tls", 8, 6e9}});
  auto const path = read_migration_path(report, std::nullopt);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->usual.median.per_second, 6e9);
  EXPECT_EQ(path->single.median.per_second, 2e9);
  EXPECT_THAT(describe(*path, "f", true), testing::HasSubstr("one stream: 2 Gbit/s"));
  EXPECT_THAT(describe(*path, "f", false), testing::Not(testing::HasSubstr("one stream")));
  auto const forced = read_migration_path(report, 8);
  ASSERT_TRUE(forced);
  EXPECT_EQ(forced->single.median.per_second, 6e9) << "--streams holds for every VM";
  EXPECT_THAT(describe(path_of_rate(1_Gbps), "", true), testing::HasSubstr("one stream as for"));
  EXPECT_FALSE(read_migration_path(report_with({}), std::nullopt));
}

TEST(MachineEstimate, TakesTheRateOfItsStreams) {
  auto const path = read_migration_path(report_with({{"tls", 1, 1e9}, {"tls", 8, 6e9}}), {});
  ASSERT_TRUE(path);
  auto const asked = writing_at(200e6);
  auto const many = estimate_machine(machine_of_4_gib(false), asked, *path, {});
  auto const single = estimate_machine(machine_of_4_gib(true), asked, *path, {});
  EXPECT_EQ(many.answer.verdict, Estimate::Verdict::in_time);
  EXPECT_EQ(many.streams, 8);
  EXPECT_EQ(single.answer.verdict, Estimate::Verdict::too_late)
      << "200 MB/s are written, 125 carried";
  EXPECT_EQ(single.streams, 1);
  ASSERT_EQ(many.by_streams.size(), 2U) << "the answer for one stream stands beside";
  EXPECT_EQ(many.by_streams.at(0).answer.verdict, Estimate::Verdict::too_late);
  EXPECT_EQ(many.by_streams.at(1).answer.verdict, Estimate::Verdict::in_time);
}

TEST(MachineEstimate, IsUncertainWhereOneStreamWasNotMeasured) {
  auto const path = read_migration_path(report_with({{"tls", 8, 6e9}}), {});
  ASSERT_TRUE(path);
  auto const asked = writing_at(1e6);
  auto const many = estimate_machine(machine_of_4_gib(false), asked, *path, {});
  auto const single = estimate_machine(machine_of_4_gib(true), asked, *path, {});
  EXPECT_EQ(many.answer.verdict, Estimate::Verdict::in_time);
  EXPECT_TRUE(many.by_streams.empty());
  EXPECT_EQ(single.answer.verdict, Estimate::Verdict::uncertain);
  EXPECT_THAT(single.doubt, testing::HasSubstr("only 8 were measured"));
}

TEST(EstimateFigures, BearWhateverComesOut) {
  EXPECT_EQ(time_text(Seconds{0.294}), "294 ms");
  EXPECT_EQ(time_text(Seconds{1e300}), "more than 30 years");
  EXPECT_EQ(time_text(Seconds{std::numeric_limits<double>::infinity()}), "more than 30 years");
  EXPECT_EQ(octets_text(1e9), "1 GB");
  EXPECT_EQ(octets_text(1e300), octets_text(1e18));
}

TEST(Chart, DrawsWhatRemains) {
  auto const chart = draw_course({{Seconds{0}, 1e9}, {Seconds{10}, 0}});
  EXPECT_TRUE(chart.starts_with("     1 GB |###\n          |#########\n          |#####")) << chart;
  EXPECT_TRUE(chart.ends_with("10 s\n")) << chart;
  EXPECT_EQ(draw_course({{Seconds{0}, 1e9}}), "");
  EXPECT_EQ(draw_course({{Seconds{0}, 0}, {Seconds{0}, 0}}), "");
}

TEST(EstimateReport, IsADocumentOfItsSchema) {
  EstimateReport report{
      .command = "leadline estimate", .path = "p", .settings = "s", .failure = {}};
  auto const question = usual();
  auto const path = read_migration_path(report_with({{"tls", 1, 9e9}, {"tls", 8, 9e9}}), {});
  ASSERT_TRUE(path);
  report.machines.push_back(estimate_machine(machine_of_4_gib(false), question, *path, {}));
  report.progress_timeout = seconds{150};
  report.notes = {"n"};
  report.timeouts = compare_timeouts(question, {seconds{20}});
  report.parallel = compare_parallel(question, 5, 1);
  report.evacuations.push_back(evacuate("n1", {evacuee("vm", "n1", question.workload)}, {}));
  report.verdict = worst_verdict(report.machines);
  report.exit_code = exit_code(report.verdict);
  constexpr auto const* schema = LEADLINE_SOURCE_DIR "/coordinator/report/estimate.schema.json";
  for (bool const failed : {false, true}) {
    if (failed) report = {.command = "leadline estimate", .exit_code = 2, .failure = "no"};
    std::ostringstream out;
    write_estimate_json(out, report);
    auto const document = nlohmann::json::parse(out.str());
    EXPECT_EQ(against_schema(schema, document), "");
    EXPECT_EQ(document["exit_code"], failed ? 2 : 0);
  }
}

std::string text_of_usual(EstimateReport report, Question const& question) {
  report.machines.push_back(
      estimate_machine(machine_of_4_gib(false), question, path_of_rate(1_Gbps), {}));
  report.machines.back().question = question;
  report.machines.back().answer = estimate(question);
  report.verdict = worst_verdict(report.machines);
  std::ostringstream out;
  write_estimate_text(out, report);
  return out.str();
}

TEST(EstimateReport, TellsTheMarginAndWhatElseCancels) {
  EstimateReport report{.command = "c", .path = "p", .settings = "s", .failure = {}};
  report.progress_timeout = seconds{77};
  report.parallel = compare_parallel(usual(), 3, 1);
  report.parallel_outbound_per_node = 2;
  auto const text = text_of_usual(report, usual());
  EXPECT_THAT(text, testing::HasSubstr("to spare (9"));
  EXPECT_THAT(text, testing::HasSubstr("if in 77 s (progressTimeout)"));
  EXPECT_THAT(text, testing::HasSubstr("     3: 3.1 Gbit/s: "));
  auto slow = usual();
  slow.workload.dirty_rate = 0;
  slow.least_bandwidth = slow.likely_bandwidth = slow.most_bandwidth = 10_Mbps;
  EXPECT_THAT(text_of_usual(report, slow), testing::HasSubstr(" too late"));
}
}  // namespace
}  // namespace leadline
