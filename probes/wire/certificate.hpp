#pragma once
#include "probes/core/json.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace leadline {

/// The public part of an X.509 certificate (RFC 5280), as far as a migration cares.
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
}  // namespace leadline
