#include "coordinator/findings.hpp"

#include "coordinator/blame.hpp"
#include "coordinator/coverage.hpp"
#include "coordinator/draft.hpp"
#include "coordinator/explanation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace leadline {
namespace {
std::uint32_t ordered_key(NodePair edge) {
  return static_cast<std::uint32_t>(edge.source) << 16U | edge.target;
}

/// The same both ways: TCP needs both.
std::uint32_t key(NodePair edge) {
  return ordered_key(edge.source < edge.target ? edge : reverse(edge));
}

/// Reads the symptoms group by group; what an earlier cause explains makes no finding of its own.
class Findings {
 public:
  Findings(Survey const& survey, Symptoms const& symptoms)
      : survey_{survey}, symptoms_{symptoms}, on_node_(survey.nodes.size()) {
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
    for (auto const& group : cause_groups()) read(group);
    std::ranges::stable_sort(drafts_, {}, &Draft::rank);
    std::vector<Finding> findings;
    findings.reserve(drafts_.size());
    for (auto const& draft : drafts_) findings.push_back(draft.finished());
    return findings;
  }

 private:
  void read(CauseGroup const& group) {
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
    blame_edges(on_edges, folded, group);
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
      if (!explains(draft.kind(), draft.severity(), symptom)) continue;
      draft.explain(symptom);
      return true;
    }
    return false;
  }

  /// A way into or out of a node that has been found at fault for the same. The other ends of the
  /// ways that joined before are no such nodes.
  bool join(Symptom const& symptom, std::size_t first) {
    auto const [source, target] = symptom.edge;
    for (auto i = first; i < drafts_.size(); ++i) {
      auto& draft = drafts_[i];
      if (&draft.kind() != symptom.kind) continue;
      if (!draft.edges().contains({source, source}) && !draft.edges().contains({target, target}))
        continue;
      draft.add(symptom);
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
        if (all) whole[{code, cluster}] = drafts_.size();
        drafts_.emplace_back(*list.front()->kind,
                             all ? Scope{Scope::Kind::cluster, cluster, {}}
                                 : Scope{Scope::Kind::node, format(roster_[node]), {}},
                             Direction::both);
      }
      auto& draft = all && known != whole.end() ? drafts_[known->second] : drafts_.back();
      for (auto const* symptom : list) draft.add(*symptom);
    }
  }

  /// Ways whose symptoms are `folded` under another cause neither accuse nor acquit anyone.
  void blame_edges(std::vector<Symptom const*> const& symptoms, std::vector<NodePair> const& folded,
                   CauseGroup const& group) {
    if (symptoms.empty()) return;
    std::vector<NodePair> failing;
    ByWay at;
    for (auto const* symptom : symptoms) {
      failing.push_back(symptom->edge);
      at.emplace(ordered_key(symptom->edge), symptom);
    }
    auto const layer = symptoms.front()->kind->layer;
    auto measured = symptoms_.measured.at(static_cast<std::size_t>(layer));
    if (!folded.empty())
      std::erase_if(measured,
                    [&](NodePair edge) { return std::ranges::binary_search(folded, edge); });
    auto const causes = blame(std::move(failing), std::move(measured), roster_, group.tolerance);
    for (auto const& cause : causes) {
      std::vector<double> magnitudes;
      std::ranges::transform(cause.explains, std::back_inserter(magnitudes),
                             [&](NodePair edge) { return magnitude_of(on_way(at, edge)); });
      for (auto const& part : set_worse_apart(cause, magnitudes, roster_, group.worse_by))
        draft(part, at);
    }
  }

  using ByWay = std::unordered_multimap<std::uint32_t, Symptom const*>;

  static std::vector<Symptom const*> on_way(ByWay const& at, NodePair edge) {
    std::vector<Symptom const*> list;
    auto const [begin, end] = at.equal_range(ordered_key(edge));
    for (auto it = begin; it != end; ++it) list.push_back(it->second);
    return list;
  }

  static double magnitude_of(std::vector<Symptom const*> const& symptoms) {
    double worst = 0;
    for (auto const* symptom : symptoms) worst = std::max(worst, symptom->magnitude);
    return worst;
  }

  void draft(Cause const& cause, ByWay const& at) {
    std::vector<Symptom const*> list;
    for (auto const edge : cause.explains) {
      auto const here = on_way(at, edge);
      list.insert(list.end(), here.begin(), here.end());
    }
    auto& draft = drafts_.emplace_back(kind_of_most(list), cause.scope, cause.direction);
    for (auto const* symptom : worst_first(std::move(list))) draft.add(*symptom);
    if (cause.scope.kind == Scope::Kind::pair) draft.remark(doubt_about(cause.explains.front()));
  }

  /// Before any that looks the same, one of each magnitude: there is not room for all.
  static std::vector<Symptom const*> worst_first(std::vector<Symptom const*> symptoms) {
    std::ranges::stable_sort(symptoms, std::ranges::greater{}, [](auto const* symptom) {
      return std::pair{symptom->severity, symptom->magnitude};
    });
    std::vector<Symptom const*> ordered;
    std::vector<Symptom const*> repeated;
    std::set<std::tuple<std::string_view, Severity, double>> shown;
    for (auto const* symptom : symptoms) {
      bool const is_new =
          shown.emplace(symptom->kind->code, symptom->severity, symptom->magnitude).second;
      (is_new ? ordered : repeated).push_back(symptom);
    }
    ordered.insert(ordered.end(), repeated.begin(), repeated.end());
    return ordered;
  }

  /// Where a node has a single way among those chosen, nothing tells the way from the node. Empty:
  /// something does.
  [[nodiscard]] std::string doubt_about(NodePair edge) const {
    if (survey_.plan.pairs.kind == PairChoice::Kind::all) return {};
    std::vector<std::string> ends;
    for (auto const node : {edge.source, edge.target})
      if (auto const peers = peers_of(node); pairs_of_.at(node) <= 2 && peers > 1)
        ends.push_back(fmt::format("1 of the {} pairs of {}", peers, format(roster_[node])));
    if (ends.empty()) return {};
    return fmt::format("measured was only {}: the cause may as well lie in the node",
                       fmt::join(ends, " and "));
  }

  /// With how many nodes the mesh would have it speak.
  [[nodiscard]] std::size_t peers_of(NodeIndex node) const {
    auto const own = cluster_size_.at(roster_[node].cluster);
    switch (survey_.plan.mesh) {
      case Mesh::cross:
        return roster_.size() - own;
      case Mesh::within:
        return own - 1;
      case Mesh::full:
        break;
    }
    return roster_.size() - 1;
  }

  /// Routers limit how often they answer: one that did outweighs any amount of silence. Of what was
  /// told, what stops migrations outweighs what does not, however often that was seen.
  static FindingKind const& kind_of_most(std::vector<Symptom const*> const& symptoms) {
    std::map<std::string_view, std::tuple<Severity, std::size_t, std::size_t>> votes;
    for (auto const* symptom : symptoms) {
      auto& [severity, told, inferred] = votes[symptom->kind->code];
      ++(symptom->inferred ? inferred : told);
      severity = told > 0 ? symptom->kind->severity : Severity::info;
    }
    return kind_of(
        std::ranges::max_element(votes, {}, [](auto const& vote) { return vote.second; })->first);
  }

  /// Counts, sums up, and from now on explains other symptoms.
  void finish(std::size_t position) {
    auto& draft = drafts_[position];
    std::set<NodeIndex> nodes;
    std::size_t pairs = 0;
    for (auto const edge : draft.edges()) {
      if (edge.source == edge.target) {
        nodes.insert(edge.source);
      } else {
        on_pair_[key(edge)].push_back(position);
        ++pairs;
      }
    }
    for (auto const node : nodes) on_node_[node].push_back(position);
    if (draft.scope().kind == Scope::Kind::node && nodes.empty())
      only_node_[index_of(draft.scope().source)].push_back(position);
    if (!nodes.empty()) pairs = 0;
    for (auto const node : nodes) pairs += pairs_of_[node];
    draft.sum_up(pairs);
  }

  [[nodiscard]] NodeIndex index_of(std::string const& name) const {
    return static_cast<NodeIndex>(
        std::ranges::find(roster_, name, [](NodeName const& node) { return format(node); }) -
        roster_.begin());
  }

  void add_missing_agents() {
    if (!survey_.begun) return;
    for (auto const& [cluster, expected] : survey_.plan.expect) {
      std::vector<std::string> here;
      for (auto const& name : roster_)
        if (name.cluster == cluster) here.push_back(format(name));
      auto const wanted = static_cast<std::size_t>(expected);
      if (here.size() >= wanted) continue;
      std::vector<std::string> evidence{fmt::format("{} of {} agents appeared{}{}", here.size(),
                                                    wanted, here.empty() ? "" : ": ",
                                                    fmt::join(here, ", "))};
      for (auto const& refusal : survey_.refusals) evidence.push_back("turned away: " + refusal);
      drafts_
          .emplace_back(kind_of("AGENT_MISSING"), Scope{Scope::Kind::cluster, cluster, {}},
                        Direction::both)
          .tell(fmt::format("cluster {}: {} of {} agents are missing", cluster,
                            wanted - here.size(), wanted),
                std::move(evidence));
    }
  }

  Survey const& survey_;
  Symptoms const& symptoms_;
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

std::vector<Finding> find_causes(Survey const& survey, Symptoms const& symptoms) {
  return Findings{survey, symptoms}.all();
}
}  // namespace leadline
