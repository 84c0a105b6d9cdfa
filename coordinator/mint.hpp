#pragma once
#include "probes/wire/certificate.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace leadline {

/// What a new certificate shall say. Signed with ECDSA P-256.
struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> uri_names;
  std::vector<std::string> extended_key_usage;  ///< "serverAuth", "clientAuth"
  bool is_ca{};
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;
};

/// Makes a key and a certificate for it, signed by `issuer` (its first certificate and key), or by
/// itself where there is none. Throws std::runtime_error where OpenSSL cannot.
Credentials mint(CertificateRequest const& request, Credentials const* issuer = nullptr);

std::string pem_of(X509* certificate);
/// PKCS #8, not encrypted.
std::string pem_of(EVP_PKEY* key);
}  // namespace leadline
