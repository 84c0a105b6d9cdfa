#include "probes/wire/pem.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace leadline {
namespace {
/// Never asks a terminal for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return -1;
}
}  // namespace

tl::expected<std::vector<CertificateHandle>, std::string> parse_certificates(std::string_view pem) {
  BioHandle const in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  std::vector<CertificateHandle> certificates;
  ERR_clear_error();
  while (auto* next = PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr))
    certificates.emplace_back(next);
  bool const at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  auto const reason = take_openssl_errors();
  if (!at_end)
    return tl::unexpected(
        fmt::format("certificate {} cannot be read: {}", certificates.size() + 1, reason));
  if (certificates.empty())
    return tl::unexpected(std::string{"holds no PEM certificate (-----BEGIN CERTIFICATE-----)"});
  return certificates;
}

tl::expected<KeyHandle, std::string> parse_private_key(std::string_view pem) {
  BioHandle const in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  ERR_clear_error();
  KeyHandle key{PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr)};
  auto const reason = take_openssl_errors();
  if (key) return key;
  if (pem.find("ENCRYPTED") != std::string_view::npos)
    return tl::unexpected(
        std::string{"the private key is encrypted; an unencrypted one is needed"});
  return tl::unexpected(fmt::format("holds no usable PEM private key: {}", reason));
}
}  // namespace leadline
