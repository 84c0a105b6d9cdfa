#include "coordinator/report/report.hpp"

#include "coordinator/findings.hpp"
#include "coordinator/symptoms.hpp"

#include <algorithm>
#include <future>
#include <map>

namespace leadline {
namespace {
char letter_of(Layer layer) {
  switch (layer) {
    case Layer::agent:
    case Layer::coverage:
      return '?';
    case Layer::local_link:
    case Layer::vlan:
    case Layer::duplicate_address:
      return 'A';
    case Layer::reach:
      return 'R';
    case Layer::path_mtu:
      return 'M';
    case Layer::tls:
      return 'T';
    case Layer::loss:
    case Layer::latency:
      return 'L';
    case Layer::bandwidth:
      return 'B';
    case Layer::note:
      break;
  }
  return '.';
}

/// The worst layer with a warning or an error on each pair or at one of its ends.
std::string mark(Survey const& survey, Symptoms const& symptoms) {
  std::map<NodePair, Layer> on_edge;
  std::vector<Layer> on_node(survey.nodes.size(), Layer::note);
  for (auto const& symptom : symptoms.found) {
    if (symptom.severity == Severity::info) continue;
    auto& layer = symptom.on_node() ? on_node[symptom.edge.source]
                                    : on_edge.try_emplace(symptom.edge, Layer::note).first->second;
    layer = std::min(layer, symptom.kind->layer);
  }
  std::string marks;
  marks.reserve(survey.pairs.size());
  for (auto const& pair : survey.pairs) {
    auto layer = std::min(on_node[pair.source], on_node[pair.target]);
    if (auto const found = on_edge.find({pair.source, pair.target}); found != on_edge.end())
      layer = std::min(layer, found->second);
    marks += letter_of(layer);
  }
  return marks;
}
}  // namespace

Report make_report(Survey survey, bool strict) {
  Report report;
  auto const symptoms = read_symptoms(survey);  // once: a large run has millions of observations
  auto coverage = std::async([&survey] { return cover(survey); });
  report.findings = find_causes(survey, symptoms);
  report.coverage = coverage.get();
  report.verdict = judge(report.findings, report.coverage, survey.interruptions);
  report.exit_code = exit_code(report.verdict, strict);
  report.marks = mark(survey, symptoms);
  report.survey = std::move(survey);
  return report;
}
}  // namespace leadline
