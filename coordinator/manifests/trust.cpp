#include "coordinator/manifests/trust.hpp"

#include "coordinator/manifests/base64.hpp"
#include "probes/wire/pem.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>

namespace leadline {
namespace {
constexpr std::array rules{
    CertificateRule{"kubevirt-virt-handler-server-certs", "kubevirt.io:system:node:virt-handler",
                    "serverAuth"},
    CertificateRule{"kubevirt-virt-handler-migration-client-certs",
                    "kubevirt.io:system:client:migration", "clientAuth"},
    CertificateRule{"kubevirt-virt-handler-certs", "kubevirt.io:system:client:virt-handler",
                    "clientAuth"},
    CertificateRule{"kubevirt-synchronization-controller-server-certs",
                    "kubevirt.io:system:node:virt-synchronization-controller", "serverAuth"},
    CertificateRule{"kubevirt-synchronization-controller-certs",
                    "kubevirt.io:system:client:virt-synchronization-controller", "clientAuth"},
};

void read_pem(std::string_view pem, CertificateSet& set) {
  auto certificates = parse_certificates(pem);
  if (certificates)
    set.certificates = *std::move(certificates);
  else
    set.mistake = certificates.error();
}
}  // namespace

CertificateRule const* certificate_rule(std::string_view secret) {
  auto const* const found = std::ranges::find(rules, secret, &CertificateRule::secret);
  return found == rules.end() ? nullptr : found;
}

std::optional<CertificateSet> read_bundle(Manifest const& manifest) {
  if (manifest.kind != "ConfigMap" ||
      (manifest.name != "kubevirt-ca" && manifest.name != "kubevirt-external-ca"))
    return std::nullopt;
  CertificateSet set{.manifest = &manifest, .pointer = "/data/ca-bundle"};
  auto const* const bundle = manifest.find(set.pointer);
  bool const text = bundle != nullptr && bundle->is_string();
  // virt-operator empties the external one once it is merged.
  if ((!text || bundle->get_ref<std::string const&>().empty()) && manifest.name != "kubevirt-ca")
    return std::nullopt;
  if (!text)
    set.mistake = "there is no key ca-bundle";
  else
    read_pem(bundle->get_ref<std::string const&>(), set);
  return set;
}

std::optional<CertificateSet> read_certificate_secret(Manifest const& manifest) {
  if (manifest.kind != "Secret" || certificate_rule(manifest.name) == nullptr) return std::nullopt;
  CertificateSet set{.manifest = &manifest, .pointer = "/data/tls.crt"};
  if (auto const* const encoded = manifest.find(set.pointer);
      encoded != nullptr && encoded->is_string()) {
    if (auto const pem = decode_base64(encoded->get_ref<std::string const&>()))
      read_pem(*pem, set);
    else
      set.mistake = "not base64";
    return set;
  }
  set.pointer = "/stringData/tls.crt";
  if (auto const* const pem = manifest.find(set.pointer); pem != nullptr && pem->is_string())
    read_pem(pem->get_ref<std::string const&>(), set);
  else
    set.mistake = "there is no key tls.crt";
  return set;
}

bool is_signed_by(X509* certificate, X509* authority) {
  auto* const key = X509_get0_pubkey(authority);
  bool const good = key != nullptr && X509_verify(certificate, key) == 1;
  ERR_clear_error();
  return good;
}
}  // namespace leadline
