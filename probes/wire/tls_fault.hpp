#pragma once
#include "probes/core/checked_json.hpp"
#include "probes/wire/certificate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace leadline {

/// Why a certificate or a handshake is not accepted; the first reason in the order of the checks.
enum class TlsFault {
  other,
  none,
  untrusted,  ///< no chain to the bundle
  expired,
  not_yet_valid,
  wrong_cn,
  wrong_eku,
  version,  ///< no common protocol version or cipher
  closed    ///< connection lost without an alert
};
NLOHMANN_JSON_SERIALIZE_ENUM(TlsFault, {{TlsFault::other, "other"},
                                        {TlsFault::none, "none"},
                                        {TlsFault::untrusted, "untrusted"},
                                        {TlsFault::expired, "expired"},
                                        {TlsFault::not_yet_valid, "not_yet_valid"},
                                        {TlsFault::wrong_cn, "wrong_cn"},
                                        {TlsFault::wrong_eku, "wrong_eku"},
                                        {TlsFault::version, "version"},
                                        {TlsFault::closed, "closed"}})

/// What one handshake showed on this side, as far as it came.
struct HandshakeRecord {
  TlsFault peer_fault{TlsFault::none};  ///< why we refused the peer's certificate
  std::string detail;                   ///< the same in words
  std::optional<CertificateFacts> peer_leaf;
  std::string alert_sent;  ///< RFC 8446, 6: "certificate_expired"; empty: none
  std::string alert_received;
};

/// Makes OpenSSL write down what happens on `ssl`. `record` must outlive it, or be forgotten
/// before.
void keep_record(SSL* ssl, HandshakeRecord& record);
void forget_record(SSL* ssl);
/// The record of this connection; nullptr: none is kept.
HandshakeRecord* record_of(SSL const* ssl);
/// An SSL_CTX info callback that records alerts.
void record_alert(SSL const* ssl, int where, int value);

/// RFC 8446, 6 and B.2: "bad_certificate"; "alert 99" for an unknown one.
std::string alert_name(int description);
/// What the peer has against our certificate, when the peer is a leadline agent: each fault has an
/// alert of its own there.
TlsFault fault_of_alert(std::string_view alert);
/// X509_V_ERR_*.
TlsFault fault_of_verification(int error);
/// What it means for the one whose certificate it is: "or its CA has expired", after that noun.
std::string_view meaning(TlsFault fault);
}  // namespace leadline
