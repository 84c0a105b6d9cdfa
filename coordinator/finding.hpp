#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

enum class Severity { info, warning, error };
std::string_view format(Severity severity);

/// Where a cause lies: as narrow as what was measured allows.
struct Scope {
  enum class Kind { node, pair, cluster, cluster_pair };
  Kind kind{Kind::node};
  std::string source;  ///< the node or the cluster
  std::string target;  ///< of a pair or a cluster pair, else empty
  auto operator<=>(Scope const&) const = default;
};

/// "node east/n7", "pair east/n1 -> west/n2", "cluster east", "clusters east -> west".
std::string format(Scope const& scope);
std::string_view format(Scope::Kind kind);

/// Which way the packets of the pairs in the scope go: into the node, out of it, from source to
/// target, or both ways.
enum class Direction { both, inbound, outbound, forward };
std::string_view format(Direction direction);

/// A conclusion: what is wrong, where, how that was seen, what it entails and what to do.
struct Finding {
  std::string code;
  Severity severity{Severity::info};
  Scope scope;
  Direction direction{Direction::both};
  std::string summary;
  std::vector<std::string> evidence;
  std::vector<std::string> consequences;  ///< what else was seen that this explains
  std::string remedy;
  std::size_t pairs_affected{};
};
}  // namespace leadline
