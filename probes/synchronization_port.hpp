#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/linux/icmp_evidence.hpp"
#include "probes/reach_outcome.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace leadline {

/// Does the other cluster's synchronization controller accept connections (KubeVirt.status
/// .synchronizationAddresses, tcp 9185)? A plain connect: it is not one of our agents. Silence is
/// asked again: it takes twice `timeout_ms` at most.
struct SyncPort {
  static constexpr std::string_view name = "sync";
  Path path;                                   ///< only `source` matters
  std::string endpoint;                        ///< "10.0.0.1:9185", "[fd00::1]:9185"
  std::chrono::milliseconds timeout_ms{4000};  ///< as Reach

  struct Result {
    std::string endpoint;
    Outcome outcome{Outcome::unclear};
    double elapsed_ms{};
    std::string system_error;  ///< empty if it connected
    std::optional<IcmpEvidence> evidence;
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SyncPort, endpoint, timeout_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SyncPort::Result, endpoint, outcome, elapsed_ms, system_error,
                                   evidence)

/// Error of stage "configuration": the endpoint is not ADDRESS:PORT, or of another family than
/// `source`.
Async<SyncPort::Result> run(SyncPort probe);
Assessment assess(SyncPort::Result const& result);
}  // namespace leadline
