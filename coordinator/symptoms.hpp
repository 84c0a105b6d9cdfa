#pragma once
#include "coordinator/finding_catalogue.hpp"
#include "coordinator/pairs.hpp"
#include "coordinator/survey.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace leadline {

/// Something wrong that was seen in one place: on a node, or on the way from one node to another.
/// That way need not be the observation's: an answer that never came is about the way back.
struct Symptom {
  FindingKind const* kind{};
  Severity severity{Severity::info};
  NodePair edge;  ///< source == target: on the node itself
  std::string evidence;
  bool inferred{};         ///< from silence; else somebody said so, or it was measured
  bool told_on_the_way{};  ///< by a firewall, in ICMP: the peer itself need not be there for that
  std::string command;     ///< that mends it, where one is known; run on the node
  /// How bad, in a unit of the code's own: greater is worse. 0: not a matter of degree.
  double magnitude{};

  [[nodiscard]] bool on_node() const { return edge.source == edge.target; }
};

/// All that speaks against the network, and on which ways there was anything to see.
struct Symptoms {
  static constexpr std::size_t layers = static_cast<std::size_t>(Layer::note) + 1;

  std::vector<Symptom> found;
  std::array<std::vector<NodePair>, layers> measured;  ///< by layer, with repetitions

  void on_node(std::string_view code, NodeIndex node, std::string evidence);
  /// With the severity of its kind.
  void on_edge(std::string_view code, NodePair edge, std::string evidence, double magnitude = 0);
  void on_edge(std::string_view code, NodePair edge, std::string evidence, Severity severity,
               double magnitude = 0);

  void append(Symptoms&& others);

  void saw(Layer layer, NodePair edge) {
    measured.at(static_cast<std::size_t>(layer)).push_back(edge);
  }
};

// One function a family of probes, in a file of its own; each adds what it sees.
void read_agents(Survey const& survey, Symptoms& symptoms);
void read_links(Survey const& survey, Symptoms& symptoms);
void read_families(Survey const& survey, Symptoms& symptoms);
void read_host_view(Survey const& survey, Symptoms& symptoms);
void read_vlans(Survey const& survey, Symptoms& symptoms);
void read_claims(Survey const& survey, Symptoms& symptoms);
void read_reach(Survey const& survey, Symptoms& symptoms);
void read_tls(Survey const& survey, Symptoms& symptoms);
void read_path_mtu(Survey const& survey, Symptoms& symptoms);
void read_latency(Survey const& survey, Symptoms& symptoms);
void read_bandwidth(Survey const& survey, Symptoms& symptoms);
void read_coverage(Survey const& survey, Symptoms& symptoms);

Symptoms read_symptoms(Survey const& survey);

/// Did this observation say something about the network?
inline bool conclusive(Status status) {
  return status == Status::ok || status == Status::warn || status == Status::fail;
}

/// Calls `look` with every conclusive result of one probe on a pair, in their order.
template <class P, class Look>
void each_result(PairRecord const& pair, Look look) {
  auto const wanted = position_of(P::name);
  for (auto at = pair.observations.begin(); at != pair.observations.end(); ++at) {
    auto const label = at.label();
    if (label.probe != wanted || !label.measured || !conclusive(label.status)) continue;
    auto const seen = *at;
    if (seen.result) look(seen, std::get<typename P::Result>(*seen.result));
  }
}

/// The same of every pair, in their order.
template <class P, class Look>
void each_result(Survey const& survey, Look look) {
  for (auto const& pair : survey.pairs) each_result<P>(pair, look);
}

inline NodePair edge_of(Observation const& seen) {
  return {.source = seen.source, .target = seen.target};
}

inline NodePair reverse(NodePair edge) {
  return {.source = edge.target, .target = edge.source};
}

/// "skipped: the peer does not answer".
std::string reason_of(Observation const& seen);

/// "east/n1 -> west/n2".
std::string name_of(Survey const& survey, NodePair edge);
std::string name_of(Survey const& survey, NodeIndex node);
}  // namespace leadline
