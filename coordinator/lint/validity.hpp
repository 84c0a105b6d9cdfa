#pragma once
#include "coordinator/lint/rules.hpp"

#include <string>

// When a certificate is good, and how findings name it: for the rules on trust.

namespace leadline {

/// HyperConverged renews an authority after half its 48 hours, plain KubeVirt at 34 hours of 7
/// days: one that ends sooner than this, with no newer one beside it, was not renewed or not
/// copied.
constexpr auto shortest_rest = std::chrono::hours{24};

bool has_expired(CertificateFacts const& facts, UnixTime now);
/// By the clock of the one who asks, and its notBefore.
bool is_too_early(CertificateFacts const& facts, UnixTime now);
bool is_valid(CertificateFacts const& facts, UnixTime now);
/// How long it lasts from now on; less than nothing once it has expired.
std::chrono::seconds rest_of(CertificateFacts const& facts, UnixTime now);

/// Its common name, "kubevirt.io@1764277504", or its whole subject where it has none.
std::string const& name_of(CertificateFacts const& facts);
/// "2026-11-27 21:05 UTC".
std::string date_of(std::int64_t unix_seconds);
/// File and line of the text that they were read from.
std::string place_of(CertificateSet const& set);
}  // namespace leadline
