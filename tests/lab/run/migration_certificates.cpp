#include "tests/lab/run/migration_certificates.hpp"

#include <chrono>
#include <fstream>
#include <stdexcept>

namespace leadline::lab {
namespace {
using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

constexpr std::chrono::days lifetime{7};  // of a CA in plain KubeVirt

Credentials new_authority(std::string const& name, Clock::duration left = lifetime) {
  return mint({.common_name = "kubevirt.io@" + name,
               .uri_names = {},
               .extended_key_usage = {},
               .is_ca = true,
               .not_before = Clock::now() - 30 * 24h,
               .not_after = Clock::now() + left});
}

CertificateRequest request(std::string common_name, std::string usage, MigrationIdentity identity) {
  CertificateRequest wanted{.common_name = std::move(common_name),
                            .uri_names = {},
                            .extended_key_usage = {std::move(usage)},
                            .is_ca = false,
                            .not_before = Clock::now() - 1h,
                            .not_after = Clock::now() + lifetime};
  switch (identity) {
    case MigrationIdentity::expired:
      wanted.not_before = Clock::now() - 25h;
      wanted.not_after = Clock::now() - 1h;
      break;
    case MigrationIdentity::not_yet_valid:
      wanted.not_before = Clock::now() + 1h;
      break;
    case MigrationIdentity::expiring_soon:
      wanted.not_after = Clock::now() + 3h;
      break;
    case MigrationIdentity::wrong_cn:
      wanted.common_name = "kubevirt.io:system:nobody";
      break;
    case MigrationIdentity::wrong_eku:
      wanted.extended_key_usage = {"codeSigning"};
      break;
    case MigrationIdentity::valid:
    case MigrationIdentity::foreign_ca:
    case MigrationIdentity::ca_expiring_soon:
    case MigrationIdentity::none:
      break;
  }
  return wanted;
}

void write_file(std::filesystem::path const& path, std::string const& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file{path};
  if (!(file << content << std::flush)) throw std::runtime_error{"cannot write " + path.string()};
}

void write_credentials(std::filesystem::path const& directory, Credentials const& credentials) {
  write_file(directory / "tls.crt", pem_of(credentials.chain.front().get()));
  write_file(directory / "tls.key", pem_of(credentials.key.get()));
}
}  // namespace

MigrationCertificates::MigrationCertificates(std::vector<ClusterSize> const& clusters)
    : foreign_{new_authority("elsewhere")} {
  for (auto const& cluster : clusters) {
    auto const& made = authorities_.insert_or_assign(cluster.name, new_authority(cluster.name));
    bundle_ += pem_of(made.first->second.chain.front().get());
    auto const& ending =
        ending_.insert_or_assign(cluster.name, new_authority(cluster.name + ".ending", 3h));
    bundle_ += pem_of(ending.first->second.chain.front().get());
  }
}

Credentials const& MigrationCertificates::issuer(std::string const& cluster,
                                                 MigrationIdentity identity) const {
  if (identity == MigrationIdentity::foreign_ca) return foreign_;
  if (identity == MigrationIdentity::ca_expiring_soon) return ending_.at(cluster);
  return authorities_.at(cluster);
}

void MigrationCertificates::write(std::filesystem::path const& directory,
                                  std::string const& cluster, MigrationIdentity identity) const {
  auto const& signed_by = issuer(cluster, identity);
  write_credentials(
      directory / "server",
      mint(request("kubevirt.io:system:node:virt-handler", "serverAuth", identity), &signed_by));
  write_credentials(
      directory / "client",
      mint(request("kubevirt.io:system:client:migration", "clientAuth", identity), &signed_by));
  write_file(directory / "ca" / "ca-bundle.crt", bundle_);
}
}  // namespace leadline::lab
