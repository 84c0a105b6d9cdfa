#pragma once
#include "probes/wire/certificate.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace leadline {

/// Who speaks on the control plane: what the one URI name of a certificate says (SPIFFE's rule: one
/// URI name, no more).
struct Identity {
  enum class Role { agent, coordinator };
  Role role{Role::agent};
  std::string cluster;  ///< of an agent; empty for the coordinator
  bool operator==(Identity const&) const = default;
};

/// "agent of cluster east", "coordinator".
std::string format(Identity const& identity);
/// "spiffe://leadline/agent/east", "spiffe://leadline/coordinator".
std::string uri_of(Identity const& identity);

/// 1 to 63 of a-z, 0-9 and '-', neither first nor last a '-' (RFC 1123).
bool is_dns_label(std::string_view text);

/// 1 to 253 of a-z, 0-9, '-' and '.', as Kubernetes names nodes (RFC 1123).
bool is_node_name(std::string_view text);

/// A peer's text as it may stand in a log: short, and nothing that moves a terminal's cursor.
std::string printable(std::string_view text, std::size_t most_octets = 100);

/// The errors say what stands there instead.
tl::expected<Identity, std::string> parse_identity(std::string_view uri);
tl::expected<Identity, std::string> identity_of(CertificateFacts const& certificate);
tl::expected<Identity, std::string> identity_of(X509* certificate);
}  // namespace leadline
