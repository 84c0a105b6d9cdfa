#include "probes/wire/certificate.hpp"

#include "probes/wire/pem.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace leadline {
namespace {
// A peer may fill its certificate up with 100 KB of names (SSL_CTX_set_max_cert_list), and there is
// an observation for each pair. What is to be compared is shorter: a cluster's URI name has 87
// octets at most, KubeVirt's names have 38.
constexpr std::size_t most_text_octets = 256;
constexpr std::size_t most_entries = 16;  // of a list

/// Ends between two characters of UTF-8, of which one has three octets at most after its first. Of
/// what is no UTF-8 as much stays: a long name must not become a short one that means something.
std::string cut(std::string text) {
  if (text.size() <= most_text_octets) return text;
  auto const continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  auto end = most_text_octets;
  while (end > most_text_octets - 3 && continues(end)) --end;
  if (continues(end)) end = most_text_octets;
  text.resize(end);
  return text;
}

/// RFC 2253, UTF-8.
std::string distinguished_name(X509_NAME const* name) {
  BioHandle const out{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return cut(std::string{text_of(out.get())});
}

/// The last one where there are several, as Go's crypto/x509 takes it.
std::string common_name_of(X509_NAME const* name) {
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) last = at;
  if (last < 0) return {};
  unsigned char* utf8 = nullptr;
  auto const length =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  if (length < 0) return {};
  std::string text(utf8, utf8 + length);
  OPENSSL_free(utf8);
  return cut(std::move(text));
}

std::int64_t unix_seconds(ASN1_TIME const* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

std::string hexadecimal(ASN1_INTEGER const* number) {
  std::string text;
  for (int i = 0; i < ASN1_STRING_length(number); ++i)
    text += fmt::format("{:02x}", ASN1_STRING_get0_data(number)[i]);
  return cut(std::move(text));
}

std::vector<std::string> extended_key_usage_of(X509* certificate) {
  std::vector<std::string> usages;
  std::unique_ptr<EXTENDED_KEY_USAGE, OpensslDelete<EXTENDED_KEY_USAGE_free>> const usage{
      static_cast<EXTENDED_KEY_USAGE*>(
          X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr))};
  auto const count = usage ? sk_ASN1_OBJECT_num(usage.get()) : 0;
  for (int i = 0; i < count && usages.size() < most_entries; ++i)
    usages.emplace_back(OBJ_nid2sn(OBJ_obj2nid(sk_ASN1_OBJECT_value(usage.get(), i))));
  return usages;
}

std::vector<std::string> uri_names_of(X509* certificate) {
  std::vector<std::string> uris;
  std::unique_ptr<GENERAL_NAMES, OpensslDelete<GENERAL_NAMES_free>> const names{
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  auto const count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count && uris.size() < most_entries; ++i) {
    int type = 0;
    void const* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_URI) continue;
    auto const* const uri = static_cast<ASN1_STRING const*>(value);
    auto const* const first = ASN1_STRING_get0_data(uri);
    uris.push_back(cut(std::string(first, first + ASN1_STRING_length(uri))));
  }
  return uris;
}

tl::expected<std::string, std::string> read_whole(std::filesystem::path const& file) {
  // Certificate bundles of large clusters stay below this by far; /dev/zero does not.
  constexpr std::size_t most_octets = 4U << 20U;
  auto const refuse = [](std::string why) { return tl::unexpected(std::move(why)); };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return refuse("is a directory");
  std::ifstream in{file, std::ios::binary};
  if (!in) return refuse(std::generic_category().message(errno));
  std::string text(most_octets + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > most_octets) return refuse("larger than 4 MiB");
  if (text.empty()) return refuse("is empty");
  return text;
}

/// Puts the file before what is wrong with it.
auto about(std::filesystem::path const& file) {
  return [&file](std::string const& why) { return fmt::format("{}: {}", file.string(), why); };
}
}  // namespace

CertificateFacts facts_of(X509* certificate) {
  return {.subject = distinguished_name(X509_get_subject_name(certificate)),
          .common_name = common_name_of(X509_get_subject_name(certificate)),
          .issuer = distinguished_name(X509_get_issuer_name(certificate)),
          .serial = hexadecimal(X509_get0_serialNumber(certificate)),
          .not_before_unix_seconds = unix_seconds(X509_get0_notBefore(certificate)),
          .not_after_unix_seconds = unix_seconds(X509_get0_notAfter(certificate)),
          .extended_key_usage = extended_key_usage_of(certificate),
          .uri_names = uri_names_of(certificate),
          .is_ca = X509_check_ca(certificate) == 1};
}

tl::expected<std::vector<CertificateHandle>, std::string> read_certificates(
    std::filesystem::path const& file) {
  return read_whole(file).and_then(parse_certificates).map_error(about(file));
}

tl::expected<KeyHandle, std::string> read_private_key(std::filesystem::path const& file) {
  return read_whole(file).and_then(parse_private_key).map_error(about(file));
}

tl::expected<Credentials, std::string> read_credentials(std::filesystem::path const& chain_file,
                                                        std::filesystem::path const& key_file) {
  auto chain = read_certificates(chain_file);
  if (!chain) return tl::unexpected(chain.error());
  auto key = read_private_key(key_file);
  if (!key) return tl::unexpected(key.error());
  bool const match = X509_check_private_key(chain->front().get(), key->get()) == 1;
  ERR_clear_error();
  if (!match)
    return tl::unexpected(fmt::format("{} is not the key of the certificate in {}",
                                      key_file.string(), chain_file.string()));
  return Credentials{.chain = std::move(*chain), .key = std::move(*key)};
}
}  // namespace leadline
