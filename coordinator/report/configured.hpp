#pragma once
#include "coordinator/manifests/configured_network.hpp"
#include "coordinator/survey.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// One thing that a cluster's manifests say, beside what was measured of it.
struct ConfiguredRow {
  enum class Outcome { agrees, differs, not_measured };
  std::string cluster;
  std::string what;  ///< "nodes", "MTU", "path MTU", "VLAN", "addresses", "bandwidth", "sync"
  std::string configured;
  std::string measured;  ///< "" where it was not
  Outcome outcome{Outcome::not_measured};
};

std::string_view format(ConfiguredRow::Outcome outcome);

/// Only what the manifests say; in the order of the clusters.
std::vector<ConfiguredRow> compare_configured(Survey const& survey,
                                              std::span<ConfiguredNetwork const> clusters);

/// As a table, for people; empty for no rows.
std::string configured_table(std::vector<ConfiguredRow> const& rows);
}  // namespace leadline
