#include "probes/wire/tls_fault.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

namespace leadline {
namespace {
struct Alert {
  int description;
  std::string_view name;
  TlsFault fault;
};

/// What OpenSSL sends for a certificate that it refuses (ssl_x509err2alert), and TlsIdentity's
/// choice for a wrong CN: certificate_unknown.
constexpr std::array alerts{
    Alert{10, "unexpected_message", TlsFault::other},
    Alert{20, "bad_record_mac", TlsFault::other},
    Alert{22, "record_overflow", TlsFault::other},
    Alert{40, "handshake_failure", TlsFault::version},
    Alert{42, "bad_certificate", TlsFault::not_yet_valid},
    Alert{43, "unsupported_certificate", TlsFault::wrong_eku},
    Alert{44, "certificate_revoked", TlsFault::other},
    Alert{45, "certificate_expired", TlsFault::expired},
    Alert{46, "certificate_unknown", TlsFault::wrong_cn},
    Alert{47, "illegal_parameter", TlsFault::other},
    Alert{48, "unknown_ca", TlsFault::untrusted},
    Alert{49, "access_denied", TlsFault::other},
    Alert{50, "decode_error", TlsFault::other},
    Alert{51, "decrypt_error", TlsFault::untrusted},
    Alert{70, "protocol_version", TlsFault::version},
    Alert{71, "insufficient_security", TlsFault::version},
    Alert{80, "internal_error", TlsFault::other},
    Alert{109, "missing_extension", TlsFault::other},
    Alert{116, "certificate_required", TlsFault::other},
    Alert{120, "no_application_protocol", TlsFault::no_alpn},
};

int record_slot() {
  static int const slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}
}  // namespace

void keep_record(SSL* ssl, HandshakeRecord& record) {
  SSL_set_ex_data(ssl, record_slot(), &record);
}

HandshakeRecord* record_of(SSL const* ssl) {
  return static_cast<HandshakeRecord*>(SSL_get_ex_data(ssl, record_slot()));
}

void record_alert(SSL const* ssl, int where, int value) {
  auto* const record = record_of(ssl);
  int const description = value & 0xff;
  if (record == nullptr || (where & SSL_CB_ALERT) == 0 || description == SSL_AD_CLOSE_NOTIFY)
    return;
  auto& alert = (where & SSL_CB_READ) != 0 ? record->alert_received : record->alert_sent;
  if (alert.empty()) alert = alert_name(description);
}

std::string alert_name(int description) {
  auto const* const known = std::ranges::find(alerts, description, &Alert::description);
  return known != alerts.end() ? std::string{known->name} : "alert " + std::to_string(description);
}

TlsFault fault_of_alert(std::string_view alert) {
  auto const* const known = std::ranges::find(alerts, alert, &Alert::name);
  return known != alerts.end() ? known->fault : TlsFault::other;
}

TlsFault fault_of_verification(int error) {
  switch (error) {
    case X509_V_OK:
      return TlsFault::none;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TlsFault::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsFault::not_yet_valid;
    case X509_V_ERR_INVALID_PURPOSE:
      return TlsFault::wrong_eku;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_INVALID_CA:
      return TlsFault::untrusted;
    default:
      return TlsFault::other;
  }
}
}  // namespace leadline
