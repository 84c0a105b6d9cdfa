#pragma once
#include "coordinator/manifests/manifest.hpp"
#include "probes/wire/certificate.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// Certificates of one object, and what kept the others from being read.
struct CertificateSet {
  Manifest const* manifest{};
  std::string pointer;  ///< where in it the PEM text stands
  std::vector<CertificateHandle> certificates;
  std::string mistake;  ///< empty: all could be read
};

/// What a certificate of KubeVirt must be (KubeVirt's pkg/certificates): virt-handlers check the
/// exact name and the usage, nothing else.
struct CertificateRule {
  std::string_view secret;
  std::string_view common_name;
  std::string_view usage;  ///< "serverAuth" or "clientAuth"
};

/// The rule for the secret of that name, or null.
CertificateRule const* certificate_rule(std::string_view secret);

/// The bundle of a ConfigMap kubevirt-ca or kubevirt-external-ca; nothing for other objects, and
/// for an external one that is empty.
std::optional<CertificateSet> read_bundle(Manifest const& manifest);

/// The certificates of a secret that certificate_rule() knows; nothing for other objects.
std::optional<CertificateSet> read_certificate_secret(Manifest const& manifest);

/// Was `certificate` signed with the key of `authority`?
bool is_signed_by(X509* certificate, X509* authority);
}  // namespace leadline
