#include "coordinator/symptoms.hpp"
#include "coordinator/symptoms_path.hpp"
#include "coordinator/way_of.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace leadline {
namespace {
using Counts = std::map<std::tuple<NodeIndex, NodeIndex, Family>, Arrivals const*>;
using Edges = std::set<std::pair<NodePair, Family>>;

/// What the first pass over all pairs knows: who counted what, and which ways carried packets.
struct Known {
  Survey const& survey;
  Counts counts;
  Edges carried;  ///< at least one packet arrived this way
  std::map<std::pair<NodePair, Family>, IcmpEvidence const*> lost_answers;

  [[nodiscard]] Arrivals const* at(NodeIndex target, NodeIndex source, Family family) const {
    auto const found = counts.find({target, source, family});
    return found == counts.end() ? nullptr : found->second;
  }

  /// Some of what was asked by UDP did arrive: what is missing is the answer.
  [[nodiscard]] bool heard(Observation const& seen) const {
    auto const* count = at(seen.target, seen.source, seen.family);
    return count != nullptr && count->udp_requests > 0;
  }
};

std::string said_by(IcmpEvidence const& evidence) {
  return fmt::format("{} {}/{} from {}", evidence.origin == "icmp6" ? "ICMPv6" : "ICMP",
                     evidence.type, evidence.code, evidence.offender);
}

std::string evidence_of(Attempt const& attempt) {
  auto text =
      fmt::format("port {}: {}", attempt.port, nlohmann::json(attempt.outcome).get<std::string>());
  if (!attempt.system_error.empty()) text += fmt::format(" ({})", attempt.system_error);
  if (attempt.evidence) text += ", " + said_by(*attempt.evidence);
  text += fmt::format(" after {:.4g} ms", attempt.elapsed_ms);
  return attempt.tries > 1 ? text + fmt::format(", {} times", attempt.tries) : text;
}

bool answered(Attempt const& attempt) {
  return attempt.outcome == Outcome::answered;
}

bool says_nothing(Attempt const& attempt) {
  return attempt.outcome == Outcome::silent || attempt.outcome == Outcome::unclear;
}

std::size_t count_open(Reach::Result const& result) {
  return static_cast<std::size_t>(std::ranges::count_if(result.tcp, answered));
}

/// What both ends counted. The peer's figure is of the whole stage: it has the packets of the
/// trace, too, which nobody counts as sent.
std::string counters_of(Known const& known, Observation const& seen, Reach::Result const& result) {
  std::size_t tried = 0;
  for (auto const& attempt : result.tcp) tried += static_cast<std::size_t>(attempt.tries);
  auto const open = count_open(result);
  if (!known.survey.counted.contains(seen.target))
    return fmt::format(
        "; UDP: {} sent, {} answered; TCP: {} tried, {} ports open; the peer's count is unknown",
        result.udp_sent, result.udp_received, tried, open);
  auto const* found = known.at(seen.target, seen.source, seen.family);
  auto const arrived = found == nullptr ? Arrivals{} : *found;
  bool const traced =
      arrived.udp_requests > 0 &&
      (!result.hops.empty() || std::cmp_greater(arrived.udp_requests, result.udp_sent));
  return fmt::format(
      "; UDP: {} sent, {} counted by the peer{}, {} answered; TCP: {} tried, {} counted by the "
      "peer, {} ports open",
      result.udp_sent, arrived.udp_requests, traced ? " with those of the trace" : "",
      result.udp_received, tried, arrived.tcp_connections, open);
}

/// An RST may come from a peer on which nobody listens any more; these do not.
bool told_by_a_firewall(Outcome outcome) {
  return outcome == Outcome::prohibited || outcome == Outcome::port_unreachable;
}

std::string_view code_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::no_route_at_hop:
    case Outcome::no_local_route:
      return "REACH_NO_ROUTE";
    case Outcome::absent_behind_router:
    case Outcome::absent_on_link:
      return "REACH_HOST_ABSENT";
    default:
      return "REACH_FILTERED";  // an RST too: our responder is known to listen
  }
}

/// The attempt that says most: anything told by ICMP or RST before mere silence.
Attempt const& telling(Reach::Result const& result) {
  auto const told = [](Attempt const& attempt) {
    return attempt.outcome != Outcome::answered && attempt.outcome != Outcome::silent &&
           attempt.outcome != Outcome::unclear;
  };
  if (told(result.udp)) return result.udp;
  auto const found = std::ranges::find_if(result.tcp, told);
  return found == result.tcp.end() ? result.udp : *found;
}

/// The peer was told on the way back at which hop its answers are lost.
bool read_lost_answer(Known const& known, Observation const& seen, std::string const& evidence,
                      Symptoms& symptoms) {
  auto const back = reverse(edge_of(seen));
  auto const found = known.lost_answers.find({back, seen.family});
  if (found == known.lost_answers.end()) return false;
  auto const& said = *found->second;
  auto const outcome =
      outcome_of({.error_number = said.error_number, .evidence = said, .own = {}, .target = {}});
  symptoms.on_edge(code_of(outcome), back,
                   fmt::format("{}; the peer's answers got {}", evidence, said_by(said)));
  symptoms.found.back().told_on_the_way = told_by_a_firewall(outcome);
  return true;
}

void read_silence(Known const& known, Observation const& seen, std::string const& evidence,
                  Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  auto const broken = known.heard(seen) ? reverse(edge) : edge;
  bool const other_way = known.carried.contains({reverse(broken), seen.family});
  bool const this_way = known.carried.contains({broken, seen.family});
  auto const* code = other_way && !this_way ? "REACH_ONE_WAY" : "REACH_FILTERED";
  symptoms.on_edge(code, broken, evidence);
  symptoms.found.back().inferred = true;
}

bool read_identity(Known const& known, Observation const& seen, Reach::Result const& result,
                   Symptoms& symptoms) {
  std::optional<NodeIndex> other;
  if (result.udp.outcome == Outcome::wrong_node) other = result.udp.answered_by;
  for (auto const& attempt : result.tcp)
    if (attempt.outcome == Outcome::wrong_node) other = attempt.answered_by;
  if (!other || *other >= known.survey.nodes.size()) return false;
  auto const self = *other == seen.source;
  auto const* code = self ? "ADDR_SELF_DIAL" : "ADDR_DUPLICATE";
  auto const evidence = fmt::format("{}: the answer came from {}", way_of(known.survey, seen),
                                    name_of(known.survey, *other));
  symptoms.on_node(code, self ? seen.source : seen.target, evidence);
  if (!self) symptoms.on_node(code, *other, evidence);
  return true;
}

void read_ports(Known const& known, Observation const& seen, Reach::Result const& result,
                Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  auto const open = count_open(result);
  bool const udp = answered(result.udp);
  if (udp && open == result.tcp.size()) return;
  auto const who = way_of(known.survey, seen);
  auto const trace = counters_of(known, seen, result) + trace_of(result);
  if (open == result.tcp.size() && open > 0) {
    // A migration is TCP: without UDP it still works, but less can be measured.
    auto const broken = says_nothing(result.udp) && known.heard(seen) ? reverse(edge) : edge;
    symptoms.on_edge(
        "REACH_FILTERED", broken,
        fmt::format("{}: TCP passes, UDP does not: {}{}", who, evidence_of(result.udp), trace),
        Severity::warning);
    symptoms.found.back().inferred = says_nothing(result.udp);
    return;
  }
  if (open > 0) {
    auto const shut = std::ranges::find_if_not(result.tcp, answered);
    symptoms.on_edge("REACH_PORT_RANGE", edge,
                     fmt::format("{}: {} of {} TCP ports open; {}{}", who, open, result.tcp.size(),
                                 evidence_of(*shut), trace));
    symptoms.found.back().told_on_the_way = told_by_a_firewall(shut->outcome);
    return;
  }
  auto const& attempt = udp ? result.tcp.front() : telling(result);
  std::string_view const protocol = udp ? "UDP passes, TCP does not: " : "";
  auto const evidence = fmt::format("{}: {}{}{}", who, protocol, evidence_of(attempt), trace);
  if (!udp && says_nothing(attempt)) {
    if (!read_lost_answer(known, seen, evidence, symptoms))
      read_silence(known, seen, evidence, symptoms);
  } else {
    symptoms.on_edge(code_of(attempt.outcome), edge, evidence);
    symptoms.found.back().told_on_the_way = told_by_a_firewall(attempt.outcome);
  }
}

void read_synchronization(Survey const& survey, Symptoms& symptoms) {
  for (auto const& seen : survey.node_observations) {
    if (!seen.result || !conclusive(seen.status)) continue;
    auto const* result = std::get_if<SyncPort::Result>(&*seen.result);
    if (result == nullptr || result->system_error.empty()) continue;
    auto const told = result->evidence ? ", " + said_by(*result->evidence) : std::string{};
    symptoms.on_node("SYNC_UNREACHABLE", seen.source,
                     fmt::format("{}: {}: {}{}", name_of(survey, seen.source), result->endpoint,
                                 result->system_error, told));
  }
}

Known gather(Survey const& survey) {
  Known known{.survey = survey, .counts = {}, .carried = {}, .lost_answers = {}};
  bool trouble = false;
  each_result<Reach>(survey, [&](Observation const& seen, Reach::Result const&) {
    trouble = trouble || seen.status == Status::fail;
  });
  if (!trouble) return known;  // nothing to explain: the sets would only cost memory
  for (auto const& count : survey.arrivals) {
    known.counts[{count.at, count.from, count.family}] = &count;
    if (count.udp_requests > 0)
      known.carried.insert({{.source = count.from, .target = count.at}, count.family});
  }
  for (auto const& lost : survey.lost_answers)
    known.lost_answers[{{.source = lost.from, .target = lost.to}, lost.family}] = &lost.said;
  each_result<Reach>(survey, [&](Observation const& seen, Reach::Result const& result) {
    if (result.udp.outcome != Outcome::answered) return;
    known.carried.insert({edge_of(seen), seen.family});
    known.carried.insert({reverse(edge_of(seen)), seen.family});
  });
  return known;
}
}  // namespace

void read_reach(Survey const& survey, Symptoms& symptoms) {
  auto const known = gather(survey);
  PathReader const paths{survey};
  each_result<Reach>(survey, [&](Observation const& seen, Reach::Result const& result) {
    symptoms.saw(Layer::reach, edge_of(seen));
    if (read_identity(known, seen, result, symptoms)) return;
    read_ports(known, seen, result, symptoms);
    paths.read(seen, result, symptoms);
  });
  read_synchronization(survey, symptoms);
}
}  // namespace leadline
