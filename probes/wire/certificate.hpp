#pragma once
#include "probes/core/json.hpp"
#include "probes/wire/openssl.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace leadline {

/// The public part of an X.509 certificate (RFC 5280), as far as a migration cares. It may be a
/// stranger's: each text is cut to 256 octets, and of each list the first 16 are kept.
struct CertificateFacts {
  std::string subject;
  std::string common_name;
  std::string issuer;
  std::string serial;
  std::int64_t not_before_unix_seconds{};
  std::int64_t not_after_unix_seconds{};
  std::vector<std::string> extended_key_usage;  ///< "serverAuth", "clientAuth"; empty: none stated
  std::vector<std::string> uri_names;
  bool is_ca{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CertificateFacts, subject, common_name, issuer, serial,
                                   not_before_unix_seconds, not_after_unix_seconds,
                                   extended_key_usage, uri_names, is_ca)

CertificateFacts facts_of(X509* certificate);

/// Every certificate of a PEM file in its order, at least one. The error names the file and what is
/// wrong with it.
tl::expected<std::vector<CertificateHandle>, std::string> read_certificates(
    std::filesystem::path const& file);

/// An unencrypted PEM private key.
tl::expected<KeyHandle, std::string> read_private_key(std::filesystem::path const& file);

/// A certificate chain, leaf first, and the key of the leaf.
struct Credentials {
  std::vector<CertificateHandle> chain;
  KeyHandle key;
};

/// Reads both and checks that they belong together.
tl::expected<Credentials, std::string> read_credentials(std::filesystem::path const& chain_file,
                                                        std::filesystem::path const& key_file);
}  // namespace leadline
