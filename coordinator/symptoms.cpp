#include "coordinator/symptoms.hpp"

namespace leadline {

void Symptoms::on_node(std::string_view code, NodeIndex node, std::string evidence) {
  on_edge(code, {.source = node, .target = node}, std::move(evidence));
}

void Symptoms::on_edge(std::string_view code, NodePair edge, std::string evidence,
                       double magnitude) {
  on_edge(code, edge, std::move(evidence), kind_of(code).severity, magnitude);
}

void Symptoms::on_edge(std::string_view code, NodePair edge, std::string evidence,
                       Severity severity, double magnitude) {
  found.push_back({.kind = &kind_of(code),
                   .severity = severity,
                   .edge = edge,
                   .evidence = std::move(evidence),
                   .inferred = false,
                   .command = {},
                   .magnitude = magnitude});
}

std::string name_of(Survey const& survey, NodeIndex node) {
  return format(survey.nodes.at(node).name);
}

std::string name_of(Survey const& survey, NodePair edge) {
  return name_of(survey, edge.source) + " -> " + name_of(survey, edge.target);
}

Symptoms read_symptoms(Survey const& survey) {
  Symptoms symptoms;
  for (auto* read :
       {read_agents, read_links, read_families, read_host_view, read_vlans, read_claims, read_reach,
        read_tls, read_path_mtu, read_latency, read_bandwidth, read_coverage})
    read(survey, symptoms);
  return symptoms;
}
}  // namespace leadline
