#include "coordinator/findings.hpp"

#include "coordinator/blame.hpp"
#include "coordinator/coverage.hpp"
#include "coordinator/symptoms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <unordered_map>

namespace leadline {
namespace {
/// Codes that may be one cause seen differently, blamed together.
struct Group {
  std::vector<std::string_view> codes;
  double tolerance{0};  ///< share of good ways that a wider scope may hold: rates near a threshold
};

constexpr double near_threshold = 0.2;

std::vector<Group> const& groups() {
  static std::vector<Group> const all{
      {{"AGENT_MISSING"}},
      {{"ADDR_NO_INTERFACE"}},
      {{"LINK_DOWN"}},
      {{"ADDR_NO_GLOBAL"}},
      {{"ADDR_OUTSIDE_RANGE"}},
      {{"LINK_FLAPPING"}},
      {{"LINK_SLOW"}},
      {{"ADDR_DUPLICATE"}},
      {{"ADDR_SELF_DIAL"}},
      {{"REACH_NO_ROUTE", "REACH_HOST_ABSENT", "REACH_ONE_WAY", "REACH_FILTERED", "REACH_REFUSED",
        "REACH_PORT_RANGE"}},
      {{"SYNC_UNREACHABLE"}},
      {{"MTU_L2_MISMATCH", "MTU_BLACK_HOLE", "MTU_BELOW_CONFIGURED"}},
      {{"MTU_ASYMMETRIC"}},
      {{"MTU_MSS_CLAMPED"}},
      {{"TLS_NOT_YET_VALID", "TLS_EXPIRED", "TLS_UNTRUSTED", "TLS_WRONG_CN", "TLS_WRONG_EKU",
        "TLS_VERSION", "TLS_NO_ALPN", "TLS_FAILED"}},
      {{"TLS_UNREADABLE"}},
      {{"TLS_EXPIRES_SOON"}},
      {{"CLOCK_SKEW"}},
      {{"LOSS"}, near_threshold},
      {{"REORDERING"}, near_threshold},
      {{"LATENCY_HIGH"}, near_threshold},
      {{"BANDWIDTH_LOW"}, near_threshold},
      {{"BANDWIDTH_ASYMMETRIC"}, near_threshold},
      {{"BANDWIDTH_RETRANSMITS"}, near_threshold},
      {{"BANDWIDTH_CPU_BOUND"}, near_threshold},
      {{"BUFFERBLOAT"}, near_threshold},
      {{"AGENT_STARVED"}},
      {{"NOT_MEASURED"}},
      {{"PATH_NAT"}},
      {{"PATH_ASYMMETRIC"}},
      {{"PATH_ROUTED"}},
      {{"PATH_DSCP_BLEACHED"}},
      {{"TLS_NOT_KUBEVIRT"}}};
  return all;
}

/// Seen on the certificate itself: no trouble below TLS explains it.
bool is_about_certificate(std::string_view code) {
  return code.starts_with("TLS_") && code != "TLS_FAILED";
}

/// May a cause of this kind and severity explain such a symptom on a pair that it touches? Never
/// one that is worse than itself: a verdict must not improve by what is folded.
bool explains(FindingKind const& cause, Severity severity, Symptom const& symptom) {
  auto const& seen = *symptom.kind;
  if (cause.layer == Layer::note || seen.layer == Layer::note) return false;
  if (cause.layer == Layer::agent) return !symptom.on_node();
  if (cause.code == "SYNC_UNREACHABLE") return false;  // another way than between the nodes
  if (symptom.severity > severity) return false;
  if (seen.layer == Layer::coverage) return severity == Severity::error;
  if (symptom.on_node())
    return (cause.layer == seen.layer && cause.layer <= Layer::duplicate_address) ||
           (seen.code == "SYNC_UNREACHABLE" && severity == Severity::error);
  bool const transfer = seen.layer == Layer::bandwidth;
  switch (cause.layer) {
    case Layer::duplicate_address:
      return true;
    case Layer::local_link:
    case Layer::reach:
      // Where some packets pass, what those meet has causes of its own.
      if (cause.code == "ADDR_OUTSIDE_RANGE") return seen.layer == Layer::reach;
      if (cause.code == "REACH_PORT_RANGE") return seen.code == "TLS_FAILED" || transfer;
      return !is_about_certificate(seen.code);
    case Layer::path_mtu:
      return seen.layer == Layer::path_mtu || seen.code == "TLS_FAILED" || transfer;
    case Layer::tls:
      return seen.layer == Layer::tls;
    case Layer::loss:
      return seen.layer == Layer::loss || transfer;
    case Layer::latency:
      return transfer;
    case Layer::bandwidth:
      return cause.code == "BANDWIDTH_LOW" && transfer;
    default:
      return false;
  }
}

struct Draft {
  Finding finding;
  FindingKind const* kind{};
  std::map<std::string_view, std::set<NodePair>> explained;  ///< consequences, by code
  std::set<NodePair> edges;
};

class Findings {
 public:
  explicit Findings(Survey const& survey)
      : survey_{survey}, symptoms_{read_symptoms(survey)}, on_node_(survey.nodes.size()) {
    for (auto const& node : survey.nodes) {
      roster_.push_back(node.name);
      ++cluster_size_[node.name.cluster];
    }
    for (auto const& symptom : symptoms_.found) by_code_[symptom.kind->code].push_back(&symptom);
    for (auto const& pair : survey.pairs) {
      ++pairs_of_[pair.source];
      ++pairs_of_[pair.target];
    }
  }

  std::vector<Finding> all() {
    add_missing_agents();
    for (auto const& group : groups()) read(group);
    std::vector<Finding> findings;
    std::ranges::stable_sort(drafts_, {}, [](Draft const& draft) {
      return std::tuple{-static_cast<int>(draft.finding.severity), draft.kind->layer,
                        -static_cast<long>(draft.finding.pairs_affected), draft.finding.scope};
    });
    for (auto& draft : drafts_) {
      for (auto const& [code, edges] : draft.explained)
        draft.finding.consequences.push_back(consequence(code, edges));
      findings.push_back(std::move(draft.finding));
    }
    return findings;
  }

 private:
  [[nodiscard]] static std::string consequence(std::string_view code,
                                               std::set<NodePair> const& edges) {
    auto const nodes =
        std::ranges::count_if(edges, [](NodePair edge) { return edge.source == edge.target; });
    auto const pairs = static_cast<std::ptrdiff_t>(edges.size()) - nodes;
    auto const count = pairs > 0 ? fmt::format("on {} pair{}", pairs, pairs == 1 ? "" : "s")
                                 : fmt::format("on {} node{}", nodes, nodes == 1 ? "" : "s");
    return fmt::format("{} {} ({})", code, count, kind_of(code).title);
  }

  void read(Group const& group) {
    std::vector<Symptom const*> on_nodes;
    std::vector<Symptom const*> on_edges;
    std::vector<NodePair> folded;
    for (auto const code : group.codes)
      for (auto const* symptom : by_code_[code])
        if (fold(*symptom))
          folded.push_back(symptom->edge);
        else
          (symptom->on_node() ? on_nodes : on_edges).push_back(symptom);
    auto const first = drafts_.size();
    blame_nodes(on_nodes);
    std::erase_if(on_edges, [&](Symptom const* symptom) {
      bool const joined = join(*symptom, first);
      if (joined) folded.push_back(symptom->edge);
      return joined;
    });
    std::ranges::sort(folded);
    blame_edges(on_edges, folded, group.tolerance);
    for (auto i = first; i < drafts_.size(); ++i) finish(i);
  }

  /// Puts a symptom under an earlier cause that explains it.
  bool fold(Symptom const& symptom) {
    auto const [source, target] = symptom.edge;
    std::vector<std::size_t> near = on_node_[source];
    near.insert(near.end(), on_node_[target].begin(), on_node_[target].end());
    if (symptom.on_node())
      near.insert(near.end(), only_node_[source].begin(), only_node_[source].end());
    else if (auto const found = on_pair_.find(key(symptom.edge)); found != on_pair_.end())
      near.insert(near.end(), found->second.begin(), found->second.end());
    std::ranges::sort(near);
    for (auto const position : near) {
      auto& draft = drafts_[position];
      if (!explains(*draft.kind, draft.finding.severity, symptom)) continue;
      draft.explained[symptom.kind->code].insert(symptom.edge);
      return true;
    }
    return false;
  }

  /// A way into or out of a node that has been found at fault for the same.
  bool join(Symptom const& symptom, std::size_t first) {
    for (auto i = first; i < drafts_.size(); ++i) {
      auto const& draft = drafts_[i];
      if (draft.kind != symptom.kind) continue;
      auto const touches = [&](NodePair at) {
        return at.source == symptom.edge.source || at.source == symptom.edge.target;
      };
      if (!std::ranges::any_of(draft.edges, touches)) continue;
      add_evidence(drafts_[i], symptom);
      return true;
    }
    return false;
  }

  void blame_nodes(std::vector<Symptom const*> const& symptoms) {
    std::map<std::pair<std::string_view, NodeIndex>, std::vector<Symptom const*>> by_node;
    std::map<std::pair<std::string_view, std::string>, std::set<NodeIndex>> by_cluster;
    for (auto const* symptom : symptoms) {
      auto const node = symptom->edge.source;
      by_node[{symptom->kind->code, node}].push_back(symptom);
      by_cluster[{symptom->kind->code, roster_[node].cluster}].insert(node);
    }
    std::map<std::pair<std::string_view, std::string>, std::size_t> whole;
    for (auto const& [at, list] : by_node) {
      auto const& [code, node] = at;
      auto const& cluster = roster_[node].cluster;
      auto const affected = by_cluster[{code, cluster}].size();
      bool const all = affected > 1 && affected == cluster_size_[cluster] &&
                       list.front()->kind->layer != Layer::agent;
      auto const known = whole.find({code, cluster});
      if (!all || known == whole.end()) {
        Scope const scope = all ? Scope{Scope::Kind::cluster, cluster, {}}
                                : Scope{Scope::Kind::node, format(roster_[node]), {}};
        if (all) whole[{code, cluster}] = drafts_.size();
        start(*list.front()->kind, scope, Direction::both);
      }
      auto& draft = drafts_[all && known != whole.end() ? known->second : drafts_.size() - 1];
      for (auto const* symptom : list) add_evidence(draft, *symptom);
    }
  }

  /// Ways whose symptoms are `folded` under another cause neither accuse nor acquit anyone.
  void blame_edges(std::vector<Symptom const*> const& symptoms, std::vector<NodePair> const& folded,
                   double tolerance) {
    if (symptoms.empty()) return;
    std::vector<NodePair> failing;
    std::unordered_multimap<std::uint32_t, Symptom const*> at;
    for (auto const* symptom : symptoms) {
      failing.push_back(symptom->edge);
      at.emplace(ordered_key(symptom->edge), symptom);
    }
    auto const layer = symptoms.front()->kind->layer;
    auto measured = symptoms_.measured.at(static_cast<std::size_t>(layer));
    if (!folded.empty())
      std::erase_if(measured,
                    [&](NodePair edge) { return std::ranges::binary_search(folded, edge); });
    for (auto const& cause : blame(std::move(failing), std::move(measured), roster_, tolerance)) {
      // Routers limit how often they answer: one that did outweighs any amount of silence.
      std::map<std::string_view, std::pair<std::size_t, std::size_t>> votes;  // told, inferred
      std::vector<Symptom const*> list;
      for (auto const edge : cause.explains) {
        auto const [begin, end] = at.equal_range(ordered_key(edge));
        for (auto it = begin; it != end; ++it) {
          auto& [told, inferred] = votes[it->second->kind->code];
          ++(it->second->inferred ? inferred : told);
          list.push_back(it->second);
        }
      }
      start(
          kind_of(std::ranges::max_element(votes, {}, [](auto const& vote) { return vote.second; })
                      ->first),
          cause.scope, cause.direction);
      std::ranges::stable_sort(list, std::ranges::greater{}, &Symptom::severity);
      for (auto const* symptom : list) add_evidence(drafts_.back(), *symptom);
    }
  }

  void start(FindingKind const& kind, Scope scope, Direction direction) {
    drafts_.push_back({.finding = {.code = std::string{kind.code},
                                   .severity = Severity::info,
                                   .scope = std::move(scope),
                                   .direction = direction,
                                   .summary = {},
                                   .evidence = {},
                                   .consequences = {},
                                   .remedy = std::string{kind.remedy}},
                       .kind = &kind,
                       .explained = {},
                       .edges = {}});
  }

  static void add_evidence(Draft& draft, Symptom const& symptom) {
    draft.finding.severity = std::max(draft.finding.severity, symptom.severity);
    draft.edges.insert(symptom.edge);
    auto& evidence = draft.finding.evidence;
    if (symptom.kind != draft.kind) {
      draft.explained[symptom.kind->code].insert(symptom.edge);
      return;
    }
    constexpr std::size_t enough = 8;
    if (evidence.size() < enough && std::ranges::count(evidence, symptom.evidence) == 0)
      evidence.push_back(symptom.evidence);
  }

  /// Counts, sums up, and from now on explains other symptoms.
  void finish(std::size_t position) {
    auto& draft = drafts_[position];
    auto& finding = draft.finding;
    std::set<NodeIndex> nodes;
    for (auto const edge : draft.edges) {
      if (edge.source == edge.target) {
        nodes.insert(edge.source);
      } else {
        on_pair_[key(edge)].push_back(position);
        ++finding.pairs_affected;
      }
    }
    for (auto const node : nodes) on_node_[node].push_back(position);
    if (finding.scope.kind == Scope::Kind::node && nodes.empty()) self(finding.scope, position);
    if (!nodes.empty()) {
      finding.pairs_affected = 0;
      for (auto const node : nodes) finding.pairs_affected += pairs_of_[node];
    }
    auto const seen = draft.edges.size();
    if (seen > finding.evidence.size() && finding.evidence.size() > 1)
      finding.evidence.push_back(
          fmt::format("and {} more like these", seen - finding.evidence.size()));
    finding.summary =
        fmt::format("{}: {}{}", format(finding.scope), draft.kind->title, extent(finding));
  }

  void self(Scope const& scope, std::size_t position) {
    auto const found = std::ranges::find_if(
        roster_, [&](NodeName const& name) { return format(name) == scope.source; });
    if (found != roster_.end())
      only_node_[static_cast<NodeIndex>(found - roster_.begin())].push_back(position);
  }

  [[nodiscard]] static std::string extent(Finding const& finding) {
    if (finding.pairs_affected == 0) return {};
    auto direction = format(finding.direction);
    if (finding.direction == Direction::forward) direction = "this direction";
    if (finding.direction == Direction::both) direction = "both directions";
    return fmt::format(" ({}, {} pair{})", direction, finding.pairs_affected,
                       finding.pairs_affected == 1 ? "" : "s");
  }

  void add_missing_agents() {
    for (auto const& [cluster, expected] : survey_.plan.expect) {
      std::vector<std::string> here;
      for (auto const& name : roster_)
        if (name.cluster == cluster) here.push_back(format(name));
      auto const wanted = static_cast<std::size_t>(expected);
      if (here.size() >= wanted) continue;
      start(kind_of("AGENT_MISSING"), {Scope::Kind::cluster, cluster, {}}, Direction::both);
      auto& finding = drafts_.back().finding;
      finding.severity = kind_of("AGENT_MISSING").severity;
      finding.evidence.push_back(fmt::format("{} of {} agents appeared{}{}", here.size(), wanted,
                                             here.empty() ? "" : ": ", fmt::join(here, ", ")));
      for (auto const& refusal : survey_.refusals)
        finding.evidence.push_back("turned away: " + refusal);
      finding.summary = fmt::format("cluster {}: {} of {} agents are missing", cluster,
                                    wanted - here.size(), wanted);
    }
  }

  static std::uint32_t ordered_key(NodePair edge) {
    return static_cast<std::uint32_t>(edge.source) << 16U | edge.target;
  }

  /// The same both ways: TCP needs both.
  static std::uint32_t key(NodePair edge) {
    return ordered_key(edge.source < edge.target ? edge : reverse(edge));
  }

  Survey const& survey_;
  Symptoms symptoms_;
  std::vector<NodeName> roster_;
  std::map<std::string, std::size_t> cluster_size_;
  std::map<NodeIndex, std::size_t> pairs_of_;
  std::map<std::string_view, std::vector<Symptom const*>> by_code_;
  std::vector<Draft> drafts_;
  std::vector<std::vector<std::size_t>> on_node_;  ///< causes on a node itself
  std::map<NodeIndex, std::vector<std::size_t>> only_node_;
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> on_pair_;
};
}  // namespace

std::vector<Finding> find_causes(Survey const& survey) {
  return Findings{survey}.all();
}
}  // namespace leadline
