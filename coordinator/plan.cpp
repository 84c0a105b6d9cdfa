#include "coordinator/plan.hpp"

#include <fmt/format.h>

namespace leadline {

std::string_view format(Stage stage) {
  switch (stage) {
    case Stage::facts:
      return "facts";
    case Stage::layer2:
      return "layer2";
    case Stage::reach:
      return "reach";
    case Stage::tls:
      return "tls";
    case Stage::path_mtu:
      return "path_mtu";
    case Stage::latency:
      return "latency";
    case Stage::bandwidth:
      return "bandwidth";
  }
  return "";
}

std::string_view format(Mesh mesh) {
  switch (mesh) {
    case Mesh::cross:
      return "cross";
    case Mesh::within:
      return "within";
    case Mesh::full:
      return "full";
  }
  return "";
}

std::string format(PairChoice const& choice) {
  switch (choice.kind) {
    case PairChoice::Kind::all:
      return "all";
    case PairChoice::Kind::ring:
      return "ring";
    case PairChoice::Kind::sample:
      return fmt::format("sample:{}", choice.sample_size);
  }
  return "";
}

std::vector<std::string> contradictions(Plan const& plan) {
  std::vector<std::string> found;
  int nodes = 0;
  bool couple = false;
  std::string alone;
  for (auto const& [cluster, count] : plan.expect) {
    nodes += count;
    couple = couple || count > 1;
    if (count == 1) alone = cluster;
  }
  if (plan.expect.empty())
    found.emplace_back("no cluster is expected: say which with --expect CLUSTER=NODES");
  else if (plan.mesh == Mesh::cross && plan.expect.size() < 2)
    found.push_back(
        fmt::format("only cluster {} is expected, but the mesh is cross: add --expect for the "
                    "other cluster, or "
                    "--mesh within to check the network of one",
                    plan.expect.begin()->first));
  else if (plan.mesh == Mesh::within && !couple)
    found.emplace_back("the mesh is within, but no cluster has two nodes to pair");
  else if (plan.mesh == Mesh::within && !alone.empty())
    found.push_back(
        fmt::format("the mesh is within, and cluster {} has one node, of which nothing would be "
                    "measured: leave it out, or take --mesh full",
                    alone));
  else if (plan.mesh == Mesh::full && nodes < 2)
    found.emplace_back("one node alone makes no pair: expect at least two");
  if (nodes > 20000) found.emplace_back("more than 20000 nodes are expected: split the run");
  if (plan.latency_interval > plan.latency_duration)
    found.emplace_back("latency: the interval is longer than the duration");
  return found;
}
}  // namespace leadline
