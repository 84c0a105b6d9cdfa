#include "coordinator/mint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace leadline {
namespace {
void demand(bool done, std::string_view what) {
  if (!done) throw std::runtime_error{fmt::format("{}: {}", what, take_openssl_errors())};
}

/// 159 random bits: unique without a counter, and positive in 20 octets (RFC 5280, 4.1.2.2).
void set_serial(X509* certificate) {
  std::unique_ptr<BIGNUM, OpensslDelete<BN_free>> const number{BN_new()};
  demand(number && BN_rand(number.get(), 159, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
             BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
         "serial number");
}

void set_validity(X509* certificate, CertificateRequest const& request) {
  auto const seconds = [](auto time) { return std::chrono::system_clock::to_time_t(time); };
  demand(ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(request.not_before)) != nullptr &&
             ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(request.not_after)) != nullptr,
         "validity");
}

void extend(X509* certificate, X509* issuer, int extension, std::string const& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, OpensslDelete<X509_EXTENSION_free>> const made{
      X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str())};
  demand(made && X509_add_ext(certificate, made.get(), -1) == 1, value);
}

template <class Write>
std::string written(Write write) {
  BioHandle const out{BIO_new(BIO_s_mem())};
  demand(out && write(out.get()) == 1, "PEM");
  return std::string{text_of(out.get())};
}
}  // namespace

Credentials mint(CertificateRequest const& request, Credentials const* issuer) {
  KeyHandle key{EVP_EC_gen("P-256")};
  demand(key != nullptr, "ECDSA P-256 key");
  CertificateHandle made{X509_new()};
  auto* const certificate = made.get();
  auto* const signer = issuer != nullptr ? issuer->chain.front().get() : certificate;
  demand(X509_set_version(certificate, X509_VERSION_3) == 1, "version");
  set_serial(certificate);
  set_validity(certificate, request);
  auto* const name = X509_get_subject_name(certificate);
  auto const* const text = reinterpret_cast<unsigned char const*>(  // NOLINT(*-reinterpret-cast)
      request.common_name.data());
  demand(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text,
                                    static_cast<int>(request.common_name.size()), -1, 0) == 1 &&
             X509_set_issuer_name(certificate, X509_get_subject_name(signer)) == 1 &&
             X509_set_pubkey(certificate, key.get()) == 1,
         "name");
  extend(certificate, signer, NID_basic_constraints,
         request.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(certificate, signer, NID_key_usage,
         request.is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  extend(certificate, signer, NID_subject_key_identifier, "hash");
  extend(certificate, signer, NID_authority_key_identifier, "keyid");
  if (!request.extended_key_usage.empty())
    extend(certificate, signer, NID_ext_key_usage,
           fmt::format("{}", fmt::join(request.extended_key_usage, ",")));
  if (!request.uri_names.empty())
    extend(certificate, signer, NID_subject_alt_name,
           fmt::format("URI:{}", fmt::join(request.uri_names, ",URI:")));
  demand(
      X509_sign(certificate, issuer != nullptr ? issuer->key.get() : key.get(), EVP_sha256()) > 0,
      "signature");
  Credentials credentials;
  credentials.chain.push_back(std::move(made));
  credentials.key = std::move(key);
  return credentials;
}

std::string pem_of(X509* certificate) {
  return written([=](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string pem_of(EVP_PKEY* key) {
  return written([=](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}
}  // namespace leadline
