#pragma once
#include "coordinator/mint.hpp"
#include "probes/wire/tls_identity.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace leadline {

/// KubeVirt's certificates of one cluster, as they should be; a test changes what it is about.
struct MigrationCertificates {
  std::string server_name{"kubevirt.io:system:node:virt-handler"};
  std::string client_name{"kubevirt.io:system:client:migration"};
  std::string server_usage{"serverAuth"};
  std::string client_usage{"clientAuth"};
  std::chrono::minutes valid_from{-60};
  std::chrono::minutes valid_until{60};
  Credentials const* server_issuer{};  ///< null: the cluster's CA
  Credentials const* client_issuer{};
};

inline Credentials make_cluster_authority(std::string const& name) {
  auto const now = std::chrono::system_clock::now();
  return mint({.common_name = "kubevirt.io@" + name,
               .uri_names = {},
               .extended_key_usage = {},
               .is_ca = true,
               .not_before = now - std::chrono::hours{24},
               .not_after = now + std::chrono::hours{24}});
}

/// Lays them out in `directory` as the agent's --migration-tls wants them.
inline void write_certificates(ScratchDirectory const& scratch, std::string const& directory,
                               Credentials const& authority, MigrationCertificates const& wanted) {
  auto const now = std::chrono::system_clock::now();
  auto const write = [&](std::string const& role, std::string const& name, std::string const& usage,
                         Credentials const* issuer) {
    auto const made = mint({.common_name = name,
                            .uri_names = {},
                            .extended_key_usage = {usage},
                            .is_ca = false,
                            .not_before = now + wanted.valid_from,
                            .not_after = now + wanted.valid_until},
                           issuer != nullptr ? issuer : &authority);
    scratch.write(directory + "/" + role + "/tls.crt", pem_of(made.chain.front().get()));
    scratch.write(directory + "/" + role + "/tls.key", pem_of(made.key.get()));
  };
  write("server", wanted.server_name, wanted.server_usage, wanted.server_issuer);
  write("client", wanted.client_name, wanted.client_usage, wanted.client_issuer);
  scratch.write(directory + "/ca/ca-bundle.crt", pem_of(authority.chain.front().get()));
}

inline std::shared_ptr<TlsIdentity const> make_identity(ScratchDirectory const& scratch,
                                                        std::string const& directory,
                                                        Credentials const& authority,
                                                        MigrationCertificates const& wanted = {}) {
  write_certificates(scratch, directory, authority, wanted);
  auto identity = TlsIdentity::from_migration(scratch.path() / directory);
  if (!identity) throw std::runtime_error{describe(identity.error())};
  return *identity;
}
}  // namespace leadline
