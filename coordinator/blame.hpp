#pragma once
#include "coordinator/finding.hpp"
#include "coordinator/pairs.hpp"
#include "probes/core/node_name.hpp"

#include <vector>

namespace leadline {

/// One place that explains failures, and which of them.
struct Cause {
  Scope scope;
  Direction direction{Direction::both};
  std::vector<NodePair> explains;  ///< sorted; no failure is explained by two causes
};

/// The smallest set of causes (greedy: the one that explains most first) for the failing ways. A
/// node, cluster or cluster pair only is a cause where *every* way measured in its scope fails, but
/// for a `tolerance` share of those (for rates near a threshold; scopes of five ways or more). On
/// ties the narrower scope wins; a node needs two failing peers, else it is the pair. The result
/// does not depend on the order of the input, and is fast for 500 000 ways.
std::vector<Cause> blame(std::vector<NodePair> failing, std::vector<NodePair> measured,
                         std::vector<NodeName> const& roster, double tolerance = 0);

/// A fault inside a wider one: the cause, and the nodes or directions in its scope of which every
/// way is worse than all its other ways, by `factor` or more. Those are causes of their own, and
/// explain their ways instead. `magnitudes` are those of `cause.explains`: greater is worse, 0 is
/// not known and never worse.
std::vector<Cause> set_worse_apart(Cause cause, std::vector<double> const& magnitudes,
                                   std::vector<NodeName> const& roster, double factor);
}  // namespace leadline
