#pragma once
#include "probes/address_claims.hpp"
#include "probes/bandwidth.hpp"
#include "probes/broadcast_domain.hpp"
#include "probes/host_view.hpp"
#include "probes/latency.hpp"
#include "probes/path_mtu.hpp"
#include "probes/reach.hpp"
#include "probes/synchronization_port.hpp"
#include "probes/tcp_push.hpp"
#include "probes/tls_handshake.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace leadline {

/// Every probe, listed once: variants and JSON follow.
template <class... Ps>
struct Catalogue {
  using Any = std::variant<Ps...>;
  using AnyResult = std::variant<typename Ps::Result...>;
};

using Known = Catalogue<Reach, SyncPort, TlsHandshake, PathMtu, TcpPush, Latency, Bandwidth,
                        BroadcastDomain, AddressClaims, HostView>;
using AnyProbe = Known::Any;
using AnyResult = Known::AnyResult;

/// Position of the probe with this name; nothing if there is none.
std::optional<std::size_t> position_of(std::string_view probe);
/// Its name. Throws std::out_of_range where there is no such position.
std::string_view probe_at(std::size_t position);

/// What one probe saw on one pair, in the direction source to target.
struct Observation {
  NodeIndex source{};
  NodeIndex target{};
  Family family{};
  std::string probe;  ///< its name in the catalogue
  Status status{Status::inconclusive};
  std::string reason;
  std::optional<AnyResult> result;  ///< empty where the probe could not run
};

/// By position, not by name (Positional): a run of 500 x 500 nodes has millions of them.
void to_json(nlohmann::json& j, Observation const& observation);
/// Throws nlohmann::json::exception or std::invalid_argument on anything malformed.
void from_json(nlohmann::json const& j, Observation& observation);
}  // namespace leadline
