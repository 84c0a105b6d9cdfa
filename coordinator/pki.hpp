#pragma once
#include "probes/wire/identity.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <string>

namespace leadline {

/// How long a certificate authority of leadline's lives: longer than the clusters.
constexpr std::chrono::days authority_lifetime{3650};
/// How long the certificates live that it issues (never longer than itself): `leadline pki issue`
/// renews by hand, so once a year; cert-manager may do it more often.
constexpr std::chrono::days certificate_lifetime{365};
/// A node whose clock is slow by less accepts a certificate on the day it is made.
constexpr std::chrono::minutes backdated{5};

/// Makes ca.crt and ca.key (ECDSA P-256, mode 0600) in `out`. Refuses to overwrite either.
tl::expected<void, std::string> make_authority(std::filesystem::path const& out);

struct IssueRequest {
  std::filesystem::path authority;  ///< holds ca.crt and ca.key
  Identity identity;
  std::filesystem::path out;
};

/// Makes tls.crt, tls.key (mode 0600) and ca.crt in `out`: the keys of a Kubernetes TLS secret.
/// Good for both ends of a connection. Refuses to overwrite any of them.
tl::expected<void, std::string> issue(IssueRequest const& request);
}  // namespace leadline
