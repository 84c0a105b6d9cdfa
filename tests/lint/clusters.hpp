#pragma once
#include "coordinator/lint/lint.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace leadline {

/// A change to one of the two healthy clusters: the first place where `from` stands.
struct Change {
  std::string cluster;  ///< "east" or "west"
  std::string from;
  std::string to;
};

/// The two clusters of this folder, with real certificates, after the changes.
struct ClusterTexts {
  std::string east;
  std::string west;
};

ClusterTexts changed_clusters(std::vector<Change> const& changes);

/// Reads both and judges them, at the time at which their certificates were made.
LintResult lint_changed(std::vector<Change> const& changes);

/// "CODE scope" of each finding, in alphabetical order.
std::vector<std::string> names_of(LintResult const& result);

/// For @...@ in a change: certificates that something is wrong with.
namespace certificates {
inline constexpr auto bundle = "@BUNDLE@";         ///< both clusters' authorities, in each
inline constexpr auto own_only = "@OWN@";          ///< without the other cluster's
inline constexpr auto other_only = "@OTHER@";      ///< without its own
inline constexpr auto with_expired = "@EXPIRED@";  ///< both, and one that has expired
inline constexpr auto with_early = "@EARLY@";      ///< both, and one that is not valid yet
inline constexpr auto only_expired = "@GONE@";     ///< one that has expired
inline constexpr auto many = "@MANY@";             ///< both, and 49 more
inline constexpr auto brief = "@BRIEF@";           ///< both, for 23 hours more
inline constexpr auto server = "@SERVER@";         ///< as it should be
inline constexpr auto other_name = "@OTHERNAME@";
inline constexpr auto other_usage = "@OTHERUSAGE@";
inline constexpr auto stale = "@STALE@";  ///< has expired
}  // namespace certificates
}  // namespace leadline
