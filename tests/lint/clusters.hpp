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

/// A certificate of east's own authority, as the data of a secret have it.
std::string signed_in_east(std::string const& common_name, std::string const& usage);

/// Reads both and judges them, at the time at which their certificates were made.
LintResult lint_changed(std::vector<Change> const& changes);

/// "CODE scope" of each finding, in alphabetical order.
std::vector<std::string> names_of(LintResult const& result);

/// For @...@ in a change: certificates that something is wrong with. As virt-operator has it, a
/// bundle begins with the cluster's own authority.
namespace certificates {
inline constexpr auto bundle = "@BUNDLE@";                  ///< both clusters' authorities, in each
inline constexpr auto own_only = "@OWN@";                   ///< without the other cluster's
inline constexpr auto other_only = "@OTHER@";               ///< without its own
inline constexpr auto turned = "@TURNED@";                  ///< both, the other cluster's first
inline constexpr auto with_third = "@THIRD@";               ///< both, and one of a third cluster
inline constexpr auto with_expired = "@EXPIRED@";           ///< both, and one that has expired
inline constexpr auto own_and_expired = "@OWNANDEXPIRED@";  ///< the same one in both clusters
inline constexpr auto own_expired = "@OWNEXPIRED@";         ///< its own has, the other has not
inline constexpr auto with_early = "@EARLY@";               ///< both, and one that is not valid yet
inline constexpr auto only_expired = "@GONE@";              ///< one that has expired
inline constexpr auto many = "@MANY@";                      ///< both, and 49 more
inline constexpr auto brief = "@BRIEF@";                    ///< one, for 23 hours more
inline constexpr auto renewed = "@RENEWED@";  ///< both, and both former ones, which end in 2 hours
inline constexpr auto own_former = "@OWNFORMER@";      ///< its own was not renewed
inline constexpr auto other_former = "@OTHERFORMER@";  ///< of the other cluster the former one only
inline constexpr auto server = "@SERVER@";             ///< as it should be
inline constexpr auto former_server = "@FORMERSERVER@";  ///< signed by the former authority
inline constexpr auto other_name = "@OTHERNAME@";
inline constexpr auto other_usage = "@OTHERUSAGE@";
inline constexpr auto stale = "@STALE@";  ///< has expired
}  // namespace certificates
}  // namespace leadline
