#include "probes/wire/refusal.hpp"

#include "probes/wire/identity.hpp"

#include <boost/asio/ssl/error.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace leadline {
namespace {
std::string date(std::int64_t unix_seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

std::string told_by_alert(std::string const& alert, CertificateFacts const& own) {
  switch (auto const fault = fault_of_alert(alert)) {
    case TlsFault::untrusted:
    case TlsFault::expired:
    case TlsFault::not_yet_valid:
    case TlsFault::wrong_cn:
    case TlsFault::wrong_eku:
      return fmt::format("it says that the certificate shown to it ({}) {} (alert {})",
                         describe(own), meaning(fault), alert);
    default:
      return "it ends the connection: alert " + alert;
  }
}
}  // namespace

std::string describe(CertificateFacts const& certificate) {
  return fmt::format("{}, issued by {}, valid {} to {} UTC", printable(certificate.subject),
                     printable(certificate.issuer), date(certificate.not_before_unix_seconds),
                     date(certificate.not_after_unix_seconds));
}

std::string why_refused(HandshakeRecord const& record, CertificateFacts const& own,
                        boost::system::error_code error) {
  if (record.peer_fault != TlsFault::none && record.peer_leaf) {
    constexpr std::size_t most_octets = 300;  // a subject, and what OpenSSL says of it
    return fmt::format(
        "its certificate ({}) is refused: {}{}", describe(*record.peer_leaf),
        printable(record.detail, most_octets),
        record.peer_fault == TlsFault::untrusted ? "; no CA in ca.crt on this side signed it" : "");
  }
  if (!record.alert_received.empty()) return told_by_alert(record.alert_received, own);
  return error.message();
}

std::string why_refused(boost::system::error_code error, CertificateFacts const& own) {
  if (error.category() != boost::asio::error::get_ssl_category()) return {};
  auto const reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  constexpr int most = 255;  // an alert is an octet
  if (reason < SSL_AD_REASON_OFFSET || reason > SSL_AD_REASON_OFFSET + most) return {};
  return told_by_alert(alert_name(reason - SSL_AD_REASON_OFFSET), own);
}
}  // namespace leadline
