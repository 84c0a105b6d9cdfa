#pragma once
#include "coordinator/finding_catalogue.hpp"
#include "coordinator/symptoms.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace leadline {

/// A finding in the making: gathers evidence, and what it explains, until all symptoms are read.
class Draft {
 public:
  Draft(FindingKind const& kind, Scope scope, Direction direction);

  /// Further evidence; a symptom of another kind becomes a consequence.
  void add(Symptom const& symptom);

  /// A consequence: it needs no finding of its own.
  void explain(Symptom const& symptom) { explained_[symptom.kind->code].insert(symptom.edge); }

  /// On which nodes by themselves and on which pairs it was seen.
  [[nodiscard]] std::set<NodePair> const& edges() const { return edges_; }

  [[nodiscard]] FindingKind const& kind() const { return *kind_; }

  [[nodiscard]] Severity severity() const { return finding_.severity; }

  [[nodiscard]] Scope const& scope() const { return finding_.scope; }

  /// Of agents that never came there is no symptom: what there is to say comes from the plan.
  void tell(std::string summary, std::vector<std::string> evidence);

  /// Stands after the evidence; nothing, if it is empty.
  void remark(std::string text) { remark_ = std::move(text); }

  /// All its evidence is in; `pairs` are affected.
  void sum_up(std::size_t pairs);

  /// The finding with its consequences.
  [[nodiscard]] Finding finished() const;

  /// Orders findings: the worst first, then what explains others.
  [[nodiscard]] auto rank() const {
    return std::tuple{-static_cast<int>(finding_.severity), kind_->layer,
                      -static_cast<long>(finding_.pairs_affected), finding_.scope};
  }

 private:
  Finding finding_;
  FindingKind const* kind_;
  std::map<std::string_view, std::set<NodePair>> explained_;  ///< consequences, by code
  std::set<NodePair> edges_;
  std::string remark_;
  std::set<std::string> commands_;  ///< that mend it
};
}  // namespace leadline
