#include "coordinator/report/text.hpp"

#include "coordinator/broadcast_domains.hpp"
#include "coordinator/report/figures.hpp"
#include "coordinator/report/finding_text.hpp"
#include "coordinator/report/layer2.hpp"
#include "coordinator/report/matrix.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string_view>

namespace leadline {
namespace {
constexpr std::size_t most_findings = 25;  // more on one screen help nobody; JSON has them all

std::string headline(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
      return "READY";
    case Verdict::ready_with_warnings:
      return "READY WITH WARNINGS";
    case Verdict::not_ready:
      return "NOT READY";
    case Verdict::unknown:
      break;
  }
  return "UNKNOWN";
}

/// Asked for, but what it would have shown reach and path MTU have shown as well.
bool no_node_saw_layer2(Survey const& survey) {
  return std::ranges::count(survey.plan.stages, Stage::layer2) != 0 &&
         find_domains(survey).sets.empty();
}

std::string why(Report const& report) {
  auto const& coverage = report.coverage;
  switch (report.verdict) {
    case Verdict::not_ready:
    case Verdict::ready_with_warnings:
      return report.findings.front().summary;
    case Verdict::ready:
      return no_node_saw_layer2(report.survey)
                 ? "all that a verdict takes was measured, and is as it should be; no node could "
                   "look at layer 2"
                 : "everything the plan asks for was measured, and is as it should be";
    case Verdict::unknown:
      break;
  }
  if (!report.survey.interruptions.empty()) return report.survey.interruptions.front();
  if (coverage.nodes_seen < coverage.nodes_expected)
    return fmt::format("{} of {} expected nodes took part", coverage.nodes_seen,
                       coverage.nodes_expected);
  if (coverage.pairs_measured >= coverage.pairs_expected && coverage.nodes_lacking > 0)
    return fmt::format("of {} node{} something that the plan asks about is not known",
                       coverage.nodes_lacking, coverage.nodes_lacking == 1 ? "" : "s");
  return fmt::format("{} of {} pairs were measured in full", coverage.pairs_measured,
                     coverage.pairs_expected);
}

void write_coverage(std::ostream& out, Report const& report) {
  auto const& coverage = report.coverage;
  auto const& plan = report.survey.plan;
  out << wrap("coverage: ",
              fmt::format("{} of {} nodes, {} of {} pairs in full; mesh {}, pairs {}",
                          coverage.nodes_seen, coverage.nodes_expected, coverage.pairs_measured,
                          coverage.pairs_expected, format(plan.mesh), format(plan.pairs)));
  std::vector<std::string_view> left_out;
  for (auto const stage :
       {Stage::layer2, Stage::reach, Stage::tls, Stage::path_mtu, Stage::latency, Stage::bandwidth})
    if (std::ranges::count(plan.stages, stage) == 0) left_out.push_back(format(stage));
  if (!left_out.empty())
    out << wrap("left out: ",
                fmt::format("{}: nothing is known about that", fmt::join(left_out, ", ")));
  for (auto const& reason : report.survey.interruptions) out << wrap("interrupted: ", reason);
  bool const listed = std::ranges::any_of(report.findings, [](Finding const& finding) {
    return finding.code == "AGENT_MISSING" && finding.scope.kind == Scope::Kind::cluster;
  });
  if (listed) return;
  constexpr std::size_t most = 5;
  auto const& refusals = report.survey.refusals;
  for (std::size_t i = 0; i < std::min(refusals.size(), most); ++i)
    out << wrap("turned away: ", refusals[i]);
  if (refusals.size() > most)
    out << wrap("turned away: ",
                fmt::format("and {} more: -o json lists them all", refusals.size() - most));
}
}  // namespace

void write_text(std::ostream& out, Report const& report, bool colour) {
  Painter const paint{colour};
  constexpr std::array<std::string_view, 4> colours{"1;32", "1;33", "1;35", "1;31"};
  out << paint(colours.at(static_cast<std::size_t>(report.verdict)), headline(report.verdict))
      << '\n'
      << wrap("because: ", why(report));
  write_coverage(out, report);
  for (std::size_t i = 0; i < std::min(report.findings.size(), most_findings); ++i)
    write_finding(out, report.findings[i], paint);
  if (report.findings.size() > most_findings)
    out << fmt::format("\nand {} more findings: -o json lists them all\n",
                       report.findings.size() - most_findings);
  if (!report.survey.pairs.empty()) {
    auto const matrix = draw_matrix(report);
    out << '\n'
        << (matrix.empty() ? std::string{"The pairs differ too much for a matrix: -o json lists "
                                         "them all.\n"}
                           : matrix + std::string{mark_legend} + '\n');
  }
  if (auto const lines = layer2_lines(report.survey); !lines.empty()) {
    out << '\n';
    for (auto const& line : lines)
      out << wrap(&line == &lines.front() ? "layer 2: " : "         ", line);
  }
  if (auto const table = configured_table(report.configured); !table.empty()) out << '\n' << table;
  if (auto const figures = write_figures(report.survey); !figures.empty()) out << '\n' << figures;
}
}  // namespace leadline
