// Any PEM text, and any DER that base64 would hide: a certificate whose facts can be read, a key,
// or an error.
#include "probes/wire/certificate.hpp"
#include "probes/wire/identity.hpp"
#include "probes/wire/pem.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {
using namespace leadline;

void look_at(X509* certificate) {
  auto const facts = facts_of(certificate);
  auto const identity = identity_of(facts);
  if (identity ? format(*identity).empty() : identity.error().empty()) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const certificates = parse_certificates(text);
  if (certificates ? certificates->empty() : certificates.error().empty()) std::abort();
  if (certificates)
    for (auto const& each : *certificates) look_at(each.get());
  if (auto const key = parse_private_key(text); !key && key.error().empty()) std::abort();
  auto const* der = data;
  if (CertificateHandle const certificate{d2i_X509(nullptr, &der, static_cast<long>(size))})
    look_at(certificate.get());
  ERR_clear_error();
  return 0;
}
