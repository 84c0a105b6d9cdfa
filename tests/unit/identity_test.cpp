#include "probes/wire/identity.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leadline {
namespace {

TEST(Identity, IsReadFromItsUri) {
  EXPECT_EQ(parse_identity("spiffe://leadline/coordinator").value(),
            (Identity{.role = Identity::Role::coordinator, .cluster = ""}));
  for (std::string const cluster : {"east", "a", "0", "x-1", "east-2-b"}) {
    Identity const agent{.role = Identity::Role::agent, .cluster = cluster};
    EXPECT_EQ(parse_identity("spiffe://leadline/agent/" + cluster).value(), agent);
    EXPECT_EQ(parse_identity(uri_of(agent)).value(), agent);
  }
  EXPECT_TRUE(parse_identity("spiffe://leadline/agent/" + std::string(63, 'a')).has_value());
}

TEST(Identity, IsRefusedUnlessExact) {
  for (std::string const& uri :
       std::vector<std::string>{"",
                                "coordinator",
                                "spiffe://leadline",
                                "spiffe://leadline/",
                                "spiffe://leadline/coordinator/",
                                "spiffe://leadline/coordinator/x",
                                "spiffe://leadline/Coordinator",
                                "SPIFFE://leadline/coordinator",
                                "https://leadline/coordinator",
                                "spiffe://other/coordinator",
                                "spiffe://leadline.example/coordinator",
                                "spiffe://leadline/agent",
                                "spiffe://leadline/agent/",
                                "spiffe://leadline/agent/east/",
                                "spiffe://leadline/agent/east/n1",
                                "spiffe://leadline/agent/East",
                                "spiffe://leadline/agent/-east",
                                "spiffe://leadline/agent/east-",
                                "spiffe://leadline/agent/ea st",
                                "spiffe://leadline/agent/../coordinator",
                                "spiffe://leadline/agent/%65ast",
                                "spiffe://leadline/agent/east?x",
                                " spiffe://leadline/agent/east",
                                "spiffe://leadline/agent/" + std::string(64, 'a'),
                                std::string("spiffe://leadline/agent/east\0", 29),
                                std::string("spiffe://leadline/coordinator\0", 30)})
    EXPECT_FALSE(parse_identity(uri).has_value()) << uri;
}

TEST(Identity, NeedsExactlyOneUriName) {
  CertificateFacts certificate{.subject = "CN=x", .uri_names = {}};
  EXPECT_NE(identity_of(certificate).error().find("has 0 URI names"), std::string::npos);
  certificate.uri_names = {"spiffe://leadline/coordinator", "spiffe://leadline/agent/east"};
  EXPECT_NE(identity_of(certificate).error().find("has 2 URI names"), std::string::npos);
  certificate.uri_names.pop_back();
  EXPECT_EQ(identity_of(certificate)->role, Identity::Role::coordinator);
}

TEST(Identity, ReportsNoControlCharactersOfThePeer) {
  EXPECT_EQ(parse_identity("\x1b[2Jx").error().find('\x1b'), std::string::npos);
}

TEST(Identity, OfNobodyIsAnError) {
  EXPECT_EQ(identity_of(static_cast<X509*>(nullptr)).error(), "the peer showed no certificate");
}
}  // namespace
}  // namespace leadline
