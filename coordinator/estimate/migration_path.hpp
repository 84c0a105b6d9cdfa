#pragma once
#include "coordinator/estimate/measured_bandwidth.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// What a path carries, for VMs that migrate over many streams and for those that have one.
struct MigrationPath {
  MeasuredBandwidth usual;
  MeasuredBandwidth single;
  int wanted_streams{8};                ///< of `usual`; multifd's channels, KubeVirt's default
  bool single_is_guessed{};             ///< nothing was measured over one stream
  std::vector<MeasuredBandwidth> both;  ///< one stream and several, where a run measured both
};

/// From a report of `leadline check -o json`. With `streams` every VM has so many; else VMs with
/// CPU limits have one and the others eight. The error says what the document lacks.
tl::expected<MigrationPath, std::string> read_migration_path(nlohmann::json const& report,
                                                             std::optional<int> streams);

/// One rate for everything.
MigrationPath path_of_rate(BitRate rate);

/// In words; `file` is where it was read, empty for a rate that was given. `single`: there are VMs
/// that have one stream.
std::string describe(MigrationPath const& path, std::string const& file, bool single);
}  // namespace leadline
