#pragma once
#include "probes/core/units.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <string>

namespace leadline {

/// What a run measured between the clusters.
struct MeasuredBandwidth {
  BitRate least;
  BitRate median;
  BitRate most;
  std::string least_pair;  ///< "east/n1 -> west/n2"
  std::size_t pairs{};
  std::size_t held_at_cap{};  ///< of these: by a cap on the rate, so that the path may carry more
  std::string transport;      ///< "tls", or "tcp" where TLS was not measured
  int streams{};
};

/// From a report of `leadline check -o json`: over TLS if that was measured, with `streams` or, if
/// none has so many, the nearest number. The error says what the document lacks.
tl::expected<MeasuredBandwidth, std::string> read_measured_bandwidth(nlohmann::json const& report,
                                                                     int streams);
}  // namespace leadline
