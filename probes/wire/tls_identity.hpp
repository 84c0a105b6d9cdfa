#pragma once
#include "probes/core/error.hpp"
#include "probes/facts.hpp"

#include <boost/asio/ssl/context.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace leadline {

/// What a node shows in a TLS handshake and whom it accepts: certificates, keys and the CA bundle
/// as they lay on disk when they were read. Files are replaced when certificates are renewed, so
/// load afresh for each run. Both sides always verify each other; sessions are never resumed.
class TlsIdentity {
 public:
  /// leadline's own: tls.crt, tls.key and ca.crt in `directory`. TLS 1.3; the peer's chain and EKU
  /// are verified here, its role (probes/wire/identity.hpp) by the caller.
  static Expected<std::shared_ptr<TlsIdentity const>> from_leadline(
      std::filesystem::path const& directory);

  /// virt-handler's: server/tls.crt, server/tls.key, client/tls.crt, client/tls.key and
  /// ca/ca-bundle.crt in `directory` (the secrets, as they are mounted). TLS 1.2 or later and
  /// KubeVirt's rules: chain to the bundle, EKU, exact CN; no names, no addresses.
  static Expected<std::shared_ptr<TlsIdentity const>> from_migration(
      std::filesystem::path const& directory);

  /// Shared by all connections of one thread or many; per connection keep_record() tells what
  /// happened (probes/wire/tls_fault.hpp).
  [[nodiscard]] boost::asio::ssl::context& client() const { return client_; }

  [[nodiscard]] boost::asio::ssl::context& server() const { return server_; }

  [[nodiscard]] bool migration() const { return migration_; }

  [[nodiscard]] CertificateFacts const& client_leaf() const { return client_leaf_; }

  /// The CA of the bundle that has the name of its issuer; of several (an old one and a new one of
  /// one name), the one that lasts longest.
  [[nodiscard]] std::optional<CertificateFacts> issuer_of(CertificateFacts const& leaf) const;

 private:
  struct Files;
  TlsIdentity(boost::asio::ssl::context client, boost::asio::ssl::context server);
  static Expected<std::shared_ptr<TlsIdentity const>> load(Files const& files, bool migration);

  // An SSL_CTX counts its users and locks itself, so handing it out mutable changes nothing here.
  mutable boost::asio::ssl::context client_;
  mutable boost::asio::ssl::context server_;
  bool migration_{};
  CertificateFacts client_leaf_;
  std::vector<CertificateFacts> authorities_;
};

/// What lies in the directory of a migration identity, unreadable or mismatched parts included.
std::vector<IdentityFacts> migration_identity_facts(std::filesystem::path const& directory);
}  // namespace leadline
