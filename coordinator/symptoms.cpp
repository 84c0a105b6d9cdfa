#include "coordinator/symptoms.hpp"

#include <algorithm>
#include <future>
#include <iterator>

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

std::string reason_of(Observation const& seen) {
  auto const status = nlohmann::json(seen.status).get<std::string>();
  return seen.reason.empty() ? status : status + ": " + seen.reason;
}

std::string name_of(Survey const& survey, NodeIndex node) {
  return format(survey.nodes.at(node).name);
}

std::string name_of(Survey const& survey, NodePair edge) {
  return name_of(survey, edge.source) + " -> " + name_of(survey, edge.target);
}

void Symptoms::append(Symptoms&& others) {
  std::ranges::move(others.found, std::back_inserter(found));
  for (std::size_t i = 0; i < layers; ++i)
    measured[i].insert(measured[i].end(), others.measured[i].begin(), others.measured[i].end());
}

Symptoms read_symptoms(Survey const& survey) {
  // Each by itself: of 500 x 500 nodes there are millions of observations to unpack.
  std::vector<std::future<Symptoms>> parts;
  for (auto* read :
       {read_agents, read_links, read_families, read_host_view, read_vlans, read_claims, read_reach,
        read_tls, read_path_mtu, read_latency, read_bandwidth, read_coverage})
    parts.push_back(std::async([&survey, read] {
      Symptoms symptoms;
      read(survey, symptoms);
      return symptoms;
    }));
  Symptoms all;
  for (auto& part : parts) all.append(part.get());
  return all;
}
}  // namespace leadline
