#include "probes/wire/certificate.hpp"

#include "coordinator/mint.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <array>
#include <string>

namespace leadline {
namespace {
using std::chrono::system_clock;
using namespace std::chrono_literals;

CertificateRequest leaf_request() {
  auto const now = system_clock::now();
  return {.common_name = "kubevirt.io:system:node:virt-handler",
          .uri_names = {"spiffe://leadline/agent/east"},
          .extended_key_usage = {"serverAuth", "clientAuth"},
          .is_ca = false,
          .not_before = now - 1h,
          .not_after = now + 1h};
}

TEST(Certificate, IsReadAsItWasMade) {
  ScratchDirectory const scratch;
  auto const request = leaf_request();
  auto const made = mint(request);
  auto const file = scratch.write("tls.crt", pem_of(made.chain.front().get()));
  auto const facts = facts_of(read_certificates(file).value().front().get());
  EXPECT_EQ(facts.common_name, request.common_name);
  EXPECT_EQ(facts.subject, "CN=kubevirt.io:system:node:virt-handler");
  EXPECT_EQ(facts.issuer, facts.subject);
  EXPECT_EQ(facts.uri_names, request.uri_names);
  EXPECT_EQ(facts.extended_key_usage, request.extended_key_usage);
  EXPECT_FALSE(facts.is_ca);
  EXPECT_EQ(facts.not_before_unix_seconds, system_clock::to_time_t(request.not_before));
  EXPECT_EQ(facts.not_after_unix_seconds, system_clock::to_time_t(request.not_after));
  EXPECT_FALSE(facts.serial.empty());
}

TEST(Certificate, EachTextIsCutToWhatAnObservationHasRoomFor) {
  auto request = leaf_request();
  request.uri_names.assign(20, std::string(300, 'u'));
  request.uri_names.front() = std::string(255, 'u') + "\u00e9";  // a character of two octets
  // No UTF-8, nor anything that may be cut down to the name of a role.
  request.uri_names.back() = "spiffe://leadline/coordinator" + std::string(271, '\x80');
  request.uri_names.at(15) = request.uri_names.back();
  auto const made = mint(request);
  auto* const subject = X509_get_subject_name(made.chain.front().get());
  std::array<unsigned char, 60> unit{};
  unit.fill('x');
  for (int i = 0; i < 8; ++i)
    ASSERT_EQ(X509_NAME_add_entry_by_NID(subject, NID_organizationalUnitName, MBSTRING_UTF8,
                                         unit.data(), static_cast<int>(unit.size()), -1, 0),
              1);
  auto const facts = facts_of(made.chain.front().get());
  EXPECT_EQ(facts.subject.size(), 256U);
  EXPECT_EQ(facts.common_name, request.common_name);
  ASSERT_EQ(facts.uri_names.size(), 16U);
  EXPECT_EQ(facts.uri_names[0], std::string(255, 'u'));
  EXPECT_EQ(facts.uri_names[1], std::string(256, 'u'));
  EXPECT_EQ(facts.uri_names[15], "spiffe://leadline/coordinator" + std::string(227, '\x80'));
}

TEST(Certificate, BundlesAreReadWhole) {
  ScratchDirectory const scratch;
  std::string bundle = "# KubeVirt writes comments\n";
  for (int i = 0; i < 3; ++i) bundle += pem_of(mint(leaf_request()).chain.front().get());
  EXPECT_EQ(read_certificates(scratch.write("ca.crt", bundle))->size(), 3U);
}

TEST(Certificate, ErrorsNameTheFileAndTheFault) {
  ScratchDirectory const scratch;
  auto const made = mint(leaf_request());
  auto const pem = pem_of(made.chain.front().get());

  struct Case {
    std::string name;
    std::string content;
    std::string says;
  };

  for (auto const& [name, content, says] :
       {Case{"empty", "", "is empty"}, Case{"text", "hello\n", "holds no PEM certificate"},
        Case{"key", pem_of(made.key.get()), "holds no PEM certificate"},
        Case{"cut", pem.substr(0, pem.size() / 2), "certificate 1 cannot be read"},
        Case{"second_cut", pem + pem.substr(0, 200), "certificate 2 cannot be read"}}) {
    auto const file = scratch.write(name, content);
    auto const read = read_certificates(file);
    ASSERT_FALSE(read.has_value()) << name;
    EXPECT_EQ(read.error().rfind(file.string() + ": ", 0), 0U) << read.error();
    EXPECT_NE(read.error().find(says), std::string::npos) << read.error();
  }
  auto const missing = scratch.path() / "missing";
  EXPECT_EQ(read_certificates(missing).error(), missing.string() + ": No such file or directory");
  EXPECT_EQ(read_certificates(scratch.path()).error(),
            scratch.path().string() + ": is a directory");
}

TEST(Credentials, MustBelongTogether) {
  ScratchDirectory const scratch;
  auto const one = mint(leaf_request());
  auto const other = mint(leaf_request());
  auto const chain = scratch.write("tls.crt", pem_of(one.chain.front().get()));
  auto const key = scratch.write("tls.key", pem_of(one.key.get()));
  auto const wrong = scratch.write("wrong.key", pem_of(other.key.get()));
  EXPECT_TRUE(read_credentials(chain, key).has_value());
  EXPECT_NE(read_credentials(chain, wrong).error().find("is not the key of the certificate"),
            std::string::npos);
  EXPECT_NE(read_credentials(chain, chain).error().find("holds no usable PEM private key"),
            std::string::npos);
}
}  // namespace
}  // namespace leadline
