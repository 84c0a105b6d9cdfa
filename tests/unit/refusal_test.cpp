#include "probes/wire/refusal.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>
#include <utility>

namespace leadline {
namespace {
CertificateFacts certificate(std::string subject) {
  CertificateFacts facts;
  facts.subject = std::move(subject);
  facts.issuer = "CN=leadline CA";
  facts.not_before_unix_seconds = 1'800'000'000;  // 2027-01-15 08:00
  facts.not_after_unix_seconds = 1'800'003'600;
  return facts;
}

boost::system::error_code ssl_error(int reason) {
  return {(ERR_LIB_SSL << ERR_LIB_OFFSET) | reason, boost::asio::error::get_ssl_category()};
}

TEST(Refusal, DescribesACertificateByNameAndDates) {
  EXPECT_EQ(describe(certificate("CN=agent:east")),
            "CN=agent:east, issued by CN=leadline CA, valid 2027-01-15 08:00 to 2027-01-15 09:00 "
            "UTC");
  EXPECT_TRUE(describe(certificate("CN=\x1b[2J\xff")).starts_with("CN=?[2J?, issued by "));
  EXPECT_LT(describe(certificate(std::string(100'000, 'x'))).size(), 300U);
}

TEST(Refusal, SaysWhichCertificateWasRefusedAndWhy) {
  HandshakeRecord record;
  record.peer_fault = TlsFault::expired;
  record.peer_leaf = certificate("CN=agent:east");
  record.detail = "CN=agent:east: certificate has expired";
  auto const own = certificate("CN=coordinator");
  EXPECT_EQ(why_refused(record, own, ssl_error(SSL_R_CERTIFICATE_VERIFY_FAILED)),
            "its certificate (CN=agent:east, issued by CN=leadline CA, valid 2027-01-15 08:00 to "
            "2027-01-15 09:00 UTC) is refused: CN=agent:east: certificate has expired");
  record.peer_fault = TlsFault::untrusted;
  EXPECT_TRUE(why_refused(record, own, {}).ends_with("; no CA in ca.crt on this side signed it"));
}

TEST(Refusal, SaysWhatThePeerHasAgainstOurs) {
  HandshakeRecord record;
  record.alert_received = "unknown_ca";
  auto const why = why_refused(record, certificate("CN=coordinator"), {});
  EXPECT_TRUE(why.starts_with("it says that the certificate shown to it (CN=coordinator, issued"));
  EXPECT_TRUE(why.ends_with(") is signed by no CA of the other side's bundle (alert unknown_ca)"));
  record.alert_received = "internal_error";
  EXPECT_EQ(why_refused(record, {}, {}), "it ends the connection: alert internal_error");
}

TEST(Refusal, WithoutACertificateToBlameIsWhatOpensslSays) {
  OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr);  // as the first connection does
  EXPECT_NE(why_refused({}, {}, ssl_error(SSL_R_UNSUPPORTED_PROTOCOL)).find("unsupported protocol"),
            std::string::npos);
}

TEST(Refusal, IsReadFromALateAlertAndFromNothingElse) {
  auto const own = certificate("CN=agent:east");
  auto const late = [&](int alert) { return ssl_error(SSL_AD_REASON_OFFSET + alert); };
  EXPECT_NE(why_refused(late(45), own).find("or its CA has expired (alert certificate_expired)"),
            std::string::npos);
  EXPECT_NE(why_refused(late(42), own).find("is not valid yet (alert bad_certificate)"),
            std::string::npos);
  EXPECT_EQ(why_refused(late(80), own), "it ends the connection: alert internal_error");
  EXPECT_EQ(why_refused(boost::system::error_code{}, own), "");
  EXPECT_EQ(why_refused(boost::asio::error::eof, own), "");
  EXPECT_EQ(why_refused(ssl_error(SSL_R_UNSUPPORTED_PROTOCOL), own), "");
}
}  // namespace
}  // namespace leadline
