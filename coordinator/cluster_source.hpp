#pragma once
#include <boost/program_options.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace leadline {

/// Where a cluster's objects are to be read.
struct ClusterSource {
  enum class Kind {
    files,           ///< --cluster NAME=PATH
    kubeconfig,      ///< --kubeconfig NAME=FILE[:CONTEXT]
    service_account  ///< --kubeconfig NAME=in-cluster: as the pod in which this runs
  };
  std::string cluster;
  Kind kind{Kind::files};
  std::filesystem::path path;
  std::string context;  ///< of the kubeconfig; empty: its current-context
};

/// "--kubeconfig east=east.yaml:admin", as it was given.
std::string format(ClusterSource const& source);

/// "NAME=PATH". Throws UsageError.
ClusterSource parse_files_source(std::string const& text);
/// "NAME=FILE[:CONTEXT]" or "NAME=in-cluster". Contexts may have colons, so FILE is the longest
/// that exists. Throws UsageError.
ClusterSource parse_live_source(std::string const& text);

/// Adds --cluster and --kubeconfig to the options of a command.
void describe_cluster_options(boost::program_options::options_description& all);

/// All that were given. Throws UsageError.
std::vector<ClusterSource> read_cluster_sources(boost::program_options::variables_map const& given);
}  // namespace leadline
