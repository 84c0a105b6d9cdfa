#pragma once
#include "coordinator/cluster_source.hpp"
#include "coordinator/commands/command.hpp"
#include "coordinator/output_format.hpp"
#include "probes/core/units.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace leadline {

/// What `leadline estimate` was asked.
struct EstimateOptions {
  std::filesystem::path report;  ///< of leadline check; empty: `bandwidth` is given
  std::optional<BitRate> bandwidth;
  std::optional<int> streams;  ///< of each migration; empty: 8, and 1 for VMs with CPU limits
  std::optional<Bytes> memory;
  std::optional<Bytes> disk;
  std::optional<double> dirty_rate;  ///< octets a second
  std::optional<Bytes> working_set;
  std::filesystem::path machines;       ///< VirtualMachineInstances; empty: --memory is given
  std::vector<ClusterSource> clusters;  ///< whose timeouts and parallelism hold
  int side_by_side{1};
  bool auto_converge{};
  bool post_copy{};
  bool compare_timeouts{};
  OutputFormat format{OutputFormat::text};
};

/// Empty after --help, whose text went to standard output. Throws UsageError.
std::optional<EstimateOptions> read_estimate_options(Words const& words);
}  // namespace leadline
