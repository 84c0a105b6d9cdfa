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
    Alert{.description = 10, .name = "unexpected_message", .fault = TlsFault::other},
    Alert{.description = 20, .name = "bad_record_mac", .fault = TlsFault::other},
    Alert{.description = 22, .name = "record_overflow", .fault = TlsFault::other},
    Alert{.description = 40, .name = "handshake_failure", .fault = TlsFault::version},
    Alert{.description = 42, .name = "bad_certificate", .fault = TlsFault::not_yet_valid},
    Alert{.description = 43, .name = "unsupported_certificate", .fault = TlsFault::wrong_eku},
    Alert{.description = 44, .name = "certificate_revoked", .fault = TlsFault::other},
    Alert{.description = 45, .name = "certificate_expired", .fault = TlsFault::expired},
    Alert{.description = 46, .name = "certificate_unknown", .fault = TlsFault::wrong_cn},
    Alert{.description = 47, .name = "illegal_parameter", .fault = TlsFault::other},
    Alert{.description = 48, .name = "unknown_ca", .fault = TlsFault::untrusted},
    Alert{.description = 49, .name = "access_denied", .fault = TlsFault::other},
    Alert{.description = 50, .name = "decode_error", .fault = TlsFault::other},
    Alert{.description = 51, .name = "decrypt_error", .fault = TlsFault::untrusted},
    Alert{.description = 70, .name = "protocol_version", .fault = TlsFault::version},
    Alert{.description = 71, .name = "insufficient_security", .fault = TlsFault::version},
    Alert{.description = 80, .name = "internal_error", .fault = TlsFault::other},
    Alert{.description = 109, .name = "missing_extension", .fault = TlsFault::other},
    Alert{.description = 116, .name = "certificate_required", .fault = TlsFault::other},
    Alert{.description = 120, .name = "no_application_protocol", .fault = TlsFault::other},
};

int record_slot() {
  static int const slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}
}  // namespace

void keep_record(SSL* ssl, HandshakeRecord& record) {
  SSL_set_ex_data(ssl, record_slot(), &record);
}

void forget_record(SSL* ssl) {
  SSL_set_ex_data(ssl, record_slot(), nullptr);
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

std::string_view meaning(TlsFault fault) {
  switch (fault) {
    case TlsFault::none:
      return "is accepted";
    case TlsFault::untrusted:
      return "is signed by no CA of the other side's bundle";
    case TlsFault::expired:
      return "or its CA has expired";
    case TlsFault::not_yet_valid:
      return "or its CA is not valid yet";
    case TlsFault::wrong_cn:
      return "has the wrong CN";
    case TlsFault::wrong_eku:
      return "is not made for this end of a connection (extended key usage)";
    case TlsFault::version:
    case TlsFault::closed:
    case TlsFault::other:
      break;
  }
  return "is refused";
}
}  // namespace leadline
