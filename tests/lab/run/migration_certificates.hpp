#pragma once
#include "coordinator/mint.hpp"
#include "tests/lab/scenario/scenario.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace leadline::lab {

/// The CAs of the clusters' KubeVirts and the certificates of their virt-handlers, with KubeVirt's
/// names and key usages, healthy or with one thing wrong. Every node's bundle holds the CAs of all
/// clusters, as it does after the exchange of kubevirt-external-ca.
class MigrationCertificates {
 public:
  explicit MigrationCertificates(std::vector<ClusterSize> const& clusters);

  /// Makes server/tls.crt, server/tls.key, client/tls.crt, client/tls.key and ca/ca-bundle.crt in
  /// `directory`.
  void write(std::filesystem::path const& directory, std::string const& cluster,
             MigrationIdentity identity) const;

 private:
  [[nodiscard]] Credentials const& issuer(std::string const& cluster,
                                          MigrationIdentity identity) const;

  std::map<std::string, Credentials> authorities_;  ///< by cluster
  std::map<std::string, Credentials> ending_;       ///< the same, with 3 h left
  Credentials foreign_;                             ///< a CA that is in nobody's bundle
  std::string bundle_;
};
}  // namespace leadline::lab
