#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace leadline {

template <auto Free>
struct OpensslDelete {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

/// OpenSSL's objects, owned.
using CertificateHandle = std::unique_ptr<X509, OpensslDelete<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslDelete<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, OpensslDelete<BIO_free_all>>;

/// Empties this thread's error queue: "reason; reason", or "no detail".
std::string take_openssl_errors();

/// What was written to a memory BIO.
std::string_view text_of(BIO* memory);
}  // namespace leadline
