#pragma once
#include "coordinator/finding_catalogue.hpp"
#include "coordinator/symptoms.hpp"

#include <string_view>
#include <vector>

namespace leadline {

/// Codes that may be one cause seen differently, blamed together.
struct CauseGroup {
  std::vector<std::string_view> codes;
  double tolerance{0};  ///< share of good ways that a wider scope may hold: rates near a threshold
  /// From this ratio of magnitudes a part of a scope has a fault of its own.
  double worse_by{1.5};
};

/// Every code of the catalogue once, in the order in which they are blamed: what explains others
/// comes first.
std::vector<CauseGroup> const& cause_groups();

/// May a cause of this kind and severity explain such a symptom on a pair that it touches? Never
/// one that is worse than itself: a verdict must not improve by what is folded. Only an agent that
/// left explains errors though it is a warning: those that its silence alone looks like.
bool explains(FindingKind const& cause, Severity severity, Symptom const& symptom);
}  // namespace leadline
