#include "coordinator/blame.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace leadline {
namespace {
using Edge = std::uint32_t;  ///< position in the sorted failing ways

/// The ways of one scope: how many were measured, and which of them fail.
struct Ways {
  std::size_t measured{};
  std::vector<Edge> failing;
};

struct Candidate {
  Scope scope;
  Direction direction{};
  int width{};  ///< on ties the narrower wins
  std::vector<Edge> edges;
  std::size_t open{};  ///< edges that nothing explains yet
};

template <class T>
void sort_unique(std::vector<T>& items) {
  std::ranges::sort(items);
  auto const [first, last] = std::ranges::unique(items);
  items.erase(first, last);
}

class Blame {
 public:
  Blame(std::vector<NodePair> failing, std::vector<NodePair> measured,
        std::vector<NodeName> const& roster, double tolerance)
      : failing_{std::move(failing)}, roster_{roster}, tolerance_{tolerance} {
    sort_unique(failing_);
    measured.insert(measured.end(), failing_.begin(), failing_.end());
    sort_unique(measured);
    name_clusters();
    sort_into_scopes(measured);
    explained_.resize(failing_.size());
  }

  std::vector<Cause> causes() {
    propose();
    std::vector<Cause> causes;
    while (auto* best = choose()) causes.push_back(take(*best));
    add_pairs(causes);
    return causes;
  }

 private:
  void name_clusters() {
    for (auto const& node : roster_) clusters_.push_back(node.cluster);
    sort_unique(clusters_);
    for (auto const& node : roster_)
      cluster_of_.push_back(static_cast<std::size_t>(
          std::ranges::lower_bound(clusters_, node.cluster) - clusters_.begin()));
  }

  void sort_into_scopes(std::vector<NodePair> const& measured) {
    into_.resize(roster_.size());
    out_of_.resize(roster_.size());
    between_.resize(clusters_.size() * clusters_.size());
    auto next = failing_.begin();
    for (auto const edge : measured) {
      bool const fails = next != failing_.end() && *next == edge;
      auto const position = static_cast<Edge>(next - failing_.begin());
      for (auto* ways : {&into_[edge.target], &out_of_[edge.source],
                         &way(cluster_of_[edge.source], cluster_of_[edge.target])}) {
        ++ways->measured;
        if (fails) ways->failing.push_back(position);
      }
      if (fails) ++next;
    }
  }

  Ways& way(std::size_t from, std::size_t to) { return between_[from * clusters_.size() + to]; }

  void propose() {
    for (std::size_t n = 0; n < roster_.size(); ++n) {
      auto const name = format(roster_[n]);
      Scope const node{.kind = Scope::Kind::node, .source = name, .target = {}};
      add({node, Direction::inbound, 0}, {&into_[n]});
      add({node, Direction::outbound, 0}, {&out_of_[n]});
      add({node, Direction::both, 1}, {&into_[n], &out_of_[n]});
    }
    for (std::size_t a = 0; a < clusters_.size(); ++a) {
      add({{Scope::Kind::cluster, clusters_[a], {}}, Direction::both, 2}, {&way(a, a)});
      for (std::size_t b = 0; b < clusters_.size(); ++b)
        if (a != b)
          add({{Scope::Kind::cluster_pair, clusters_[a], clusters_[b]}, Direction::forward, 3},
              {&way(a, b)});
      for (auto b = a + 1; b < clusters_.size(); ++b)
        add({{Scope::Kind::cluster_pair, clusters_[a], clusters_[b]}, Direction::both, 4},
            {&way(a, b), &way(b, a)});
      propose_whole_cluster(a);
    }
  }

  /// All that touches a cluster, where that is more than its ways with one other cluster.
  void propose_whole_cluster(std::size_t a) {
    std::vector<Ways const*> touching;
    for (std::size_t b = 0; b < clusters_.size(); ++b) {
      if (way(a, b).measured > 0) touching.push_back(&way(a, b));
      if (a != b && way(b, a).measured > 0) touching.push_back(&way(b, a));
    }
    if (touching.size() > 2)
      add({{Scope::Kind::cluster, clusters_[a], {}}, Direction::both, 5}, touching);
  }

  void add(Candidate candidate, std::vector<Ways const*> const& parts) {
    std::size_t measured = 0;
    for (auto const* ways : parts) {
      measured += ways->measured;
      if (ways->measured == 0 || !enough(ways->failing.size(), ways->measured)) return;
      candidate.edges.insert(candidate.edges.end(), ways->failing.begin(), ways->failing.end());
    }
    if (measured < 2) return;
    candidate.open = candidate.edges.size();
    candidates_.push_back(std::move(candidate));
  }

  [[nodiscard]] bool enough(std::size_t fails, std::size_t measured) const {
    constexpr std::size_t least_for_tolerance = 5;
    if (fails == measured) return true;
    return measured >= least_for_tolerance &&
           static_cast<double>(fails) >= (1 - tolerance_) * static_cast<double>(measured);
  }

  Candidate* choose() {
    while (true) {
      Candidate* best = nullptr;
      for (auto& candidate : candidates_)
        if (candidate.open >= 2 &&
            (best == nullptr || candidate.open > best->open ||
             (candidate.open == best->open && candidate.width < best->width)))
          best = &candidate;
      if (best == nullptr) return nullptr;
      auto const before = best->open;
      recount(*best);
      if (best->open != before) continue;
      if (!is_one_pair(*best)) return best;
      best->open = 0;
    }
  }

  /// Counts are only brought up to date when a candidate would be chosen: they never grow.
  void recount(Candidate& candidate) const {
    candidate.open = static_cast<std::size_t>(
        std::ranges::count_if(candidate.edges, [&](Edge edge) { return !explained_[edge]; }));
  }

  [[nodiscard]] bool is_one_pair(Candidate const& candidate) const {
    std::optional<std::pair<NodeIndex, NodeIndex>> pair;
    for (auto const edge : candidate.edges) {
      if (explained_[edge]) continue;
      auto const [source, target] = failing_[edge];
      std::pair const ends{std::min(source, target), std::max(source, target)};
      if (pair && *pair != ends) return false;
      pair = ends;
    }
    return true;
  }

  Cause take(Candidate const& candidate) {
    Cause cause{.scope = candidate.scope, .direction = candidate.direction, .explains = {}};
    for (auto const edge : candidate.edges) {
      if (explained_[edge]) continue;
      explained_[edge] = true;
      cause.explains.push_back(failing_[edge]);
    }
    std::ranges::sort(cause.explains);
    return cause;
  }

  void add_pairs(std::vector<Cause>& causes) {
    for (std::size_t i = 0; i < failing_.size(); ++i) {
      if (explained_[i]) continue;
      explained_[i] = true;
      auto const [source, target] = failing_[i];
      Cause cause{.scope = {.kind = Scope::Kind::pair,
                            .source = format(roster_[source]),
                            .target = format(roster_[target])},
                  .direction = Direction::forward,
                  .explains = {failing_[i]}};
      auto const back = std::ranges::lower_bound(failing_, NodePair{target, source});
      auto const position = static_cast<std::size_t>(back - failing_.begin());
      if (back != failing_.end() && *back == NodePair{target, source} && !explained_[position]) {
        explained_[position] = true;
        cause.direction = Direction::both;
        cause.explains.push_back(*back);
      }
      causes.push_back(std::move(cause));
    }
  }

  std::vector<NodePair> failing_;
  std::vector<NodeName> const& roster_;
  double tolerance_;
  std::vector<std::string> clusters_;
  std::vector<std::size_t> cluster_of_;
  std::vector<Ways> into_;
  std::vector<Ways> out_of_;
  std::vector<Ways> between_;
  std::vector<Candidate> candidates_;
  std::vector<bool> explained_;
};

/// Of both directions one may be left.
void narrow(Cause& cause, std::vector<NodeName> const& roster) {
  if (cause.direction != Direction::both) return;
  auto& scope = cause.scope;
  bool const node = scope.kind == Scope::Kind::node;
  auto const leaves = [&](std::string const& place) {
    return std::ranges::all_of(cause.explains, [&](NodePair edge) {
      auto const& source = roster[edge.source];
      return (node ? format(source) : source.cluster) == place;
    });
  };
  auto const enters = [&](NodePair edge) { return format(roster[edge.target]) == scope.source; };
  if (node) {
    if (leaves(scope.source)) cause.direction = Direction::outbound;
    if (std::ranges::all_of(cause.explains, enters)) cause.direction = Direction::inbound;
  } else if (scope.kind == Scope::Kind::cluster_pair) {
    bool const back = leaves(scope.target);
    if (back) std::swap(scope.source, scope.target);
    if (back || leaves(scope.source)) cause.direction = Direction::forward;
  }
}

/// The steps between neighbouring magnitudes that are large enough: what lies above each.
std::vector<double> steps(std::vector<double> magnitudes, double factor) {
  sort_unique(magnitudes);
  std::vector<double> found;
  for (std::size_t i = 1; i < magnitudes.size(); ++i)
    if (magnitudes[i - 1] > 0 && magnitudes[i] >= magnitudes[i - 1] * factor)
      found.push_back(magnitudes[i]);
  return found;
}
}  // namespace

std::vector<Cause> blame(std::vector<NodePair> failing, std::vector<NodePair> measured,
                         std::vector<NodeName> const& roster, double tolerance) {
  if (failing.empty()) return {};
  return Blame{std::move(failing), std::move(measured), roster, tolerance}.causes();
}

std::vector<Cause> set_worse_apart(Cause cause, std::vector<double> const& magnitudes,
                                   std::vector<NodeName> const& roster, double factor) {
  auto const is_pair = [](Cause const& part) { return part.scope.kind == Scope::Kind::pair; };
  if (is_pair(cause)) return {std::move(cause)};
  std::map<NodePair, double> of;
  for (std::size_t i = 0; i < magnitudes.size(); ++i) of[cause.explains[i]] = magnitudes[i];
  for (auto const least : steps(magnitudes, factor)) {
    auto const is_worse = [&](NodePair edge) { return of.at(edge) >= least; };
    std::vector<NodePair> worse;
    std::ranges::copy_if(cause.explains, std::back_inserter(worse), is_worse);
    auto parts = blame(std::move(worse), cause.explains, roster);
    if (std::ranges::any_of(parts, is_pair)) continue;
    std::erase_if(cause.explains, is_worse);
    narrow(cause, roster);
    std::vector<Cause> causes{std::move(cause)};
    for (auto& part : parts) {
      std::vector<double> own;
      std::ranges::transform(part.explains, std::back_inserter(own),
                             [&](NodePair edge) { return of.at(edge); });
      std::ranges::move(set_worse_apart(std::move(part), own, roster, factor),
                        std::back_inserter(causes));
    }
    return causes;
  }
  return {std::move(cause)};
}
}  // namespace leadline
