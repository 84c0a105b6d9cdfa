#include "coordinator/draft.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace leadline {
namespace {
std::string consequence(std::string_view code, std::set<NodePair> const& edges) {
  auto const nodes =
      std::ranges::count_if(edges, [](NodePair edge) { return edge.source == edge.target; });
  auto const pairs = static_cast<std::ptrdiff_t>(edges.size()) - nodes;
  auto const count = pairs > 0 ? fmt::format("on {} pair{}", pairs, pairs == 1 ? "" : "s")
                               : fmt::format("on {} node{}", nodes, nodes == 1 ? "" : "s");
  return fmt::format("{} {} ({})", code, count, kind_of(code).title);
}

std::string extent(Finding const& finding) {
  if (finding.pairs_affected == 0) return {};
  auto direction = format(finding.direction);
  if (finding.direction == Direction::forward) direction = "this direction";
  if (finding.direction == Direction::both) direction = "both directions";
  return fmt::format(" ({}, {} pair{})", direction, finding.pairs_affected,
                     finding.pairs_affected == 1 ? "" : "s");
}
}  // namespace

Draft::Draft(FindingKind const& kind, Scope scope, Direction direction)
    : finding_{.code = std::string{kind.code},
               .severity = Severity::info,
               .scope = std::move(scope),
               .direction = direction,
               .summary = {},
               .evidence = {},
               .consequences = {},
               .remedy = std::string{kind.remedy}},
      kind_{&kind} {}

void Draft::add(Symptom const& symptom) {
  finding_.severity = std::max(finding_.severity, symptom.severity);
  edges_.insert(symptom.edge);
  constexpr std::size_t enough = 8;
  if (symptom.kind != kind_) {
    explain(symptom);
    // What makes it worse than its kind is: else nothing would say where that was seen.
    if (symptom.severity > kind_->severity && finding_.evidence.size() < enough)
      finding_.evidence.push_back(fmt::format("{}: {}", symptom.kind->code, symptom.evidence));
    return;
  }
  if (!symptom.command.empty() && commands_.size() < enough) commands_.insert(symptom.command);
  auto& evidence = finding_.evidence;
  if (evidence.size() < enough && std::ranges::count(evidence, symptom.evidence) == 0)
    evidence.push_back(symptom.evidence);
}

void Draft::tell(std::string summary, std::vector<std::string> evidence) {
  finding_.severity = kind_->severity;
  finding_.summary = std::move(summary);
  finding_.evidence = std::move(evidence);
}

void Draft::sum_up(std::size_t pairs) {
  finding_.pairs_affected = pairs;
  auto& evidence = finding_.evidence;
  if (edges_.size() > evidence.size() && evidence.size() > 1)
    evidence.push_back(fmt::format("and {} more like these", edges_.size() - evidence.size()));
  finding_.summary =
      fmt::format("{}: {}{}", format(finding_.scope), kind_->title, extent(finding_));
}

Finding Draft::finished() const {
  auto finding = finding_;
  if (!remark_.empty()) finding.evidence.push_back(remark_);
  if (!commands_.empty())
    finding.remedy =
        fmt::format("Run on the node: {}. {}", fmt::join(commands_, "; "), finding_.remedy);
  for (auto const& [code, edges] : explained_)
    finding.consequences.push_back(consequence(code, edges));
  return finding;
}
}  // namespace leadline
