#include "coordinator/pki.hpp"

#include "probes/wire/tls_identity.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <gtest/gtest.h>
#include <openssl/obj_mac.h>

#include <array>
#include <set>
#include <string>
#include <sys/stat.h>

namespace leadline {
namespace {
Identity const agent_of_east{.role = Identity::Role::agent, .cluster = "east"};

::mode_t mode_of(std::filesystem::path const& file) {
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

std::set<std::string> names_in(std::filesystem::path const& directory) {
  std::set<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator{directory})
    names.insert(entry.path().filename().string());
  return names;
}

TEST(Pki, IssuesWhatTheAgentsAndTheCoordinatorAccept) {
  ScratchDirectory const scratch;
  auto const authority = scratch.path() / "ca";
  ASSERT_TRUE(make_authority(authority).has_value());
  EXPECT_EQ(names_in(authority), (std::set<std::string>{"ca.crt", "ca.key"}));
  EXPECT_EQ(mode_of(authority / "ca.key"), 0600U);
  auto const is_p256 = [](std::filesystem::path const& path) {
    std::array<char, 20> group{};
    auto const key = read_private_key(path);
    return EVP_PKEY_get_group_name(key->get(), group.data(), group.size(), nullptr) == 1 &&
           std::string{group.data()} == SN_X9_62_prime256v1;
  };
  EXPECT_TRUE(is_p256(authority / "ca.key"));
  for (auto const& identity :
       {agent_of_east, Identity{.role = Identity::Role::coordinator, .cluster = ""}}) {
    auto const out = scratch.path() / format(identity);
    auto const issued = issue({.authority = authority, .identity = identity, .out = out});
    ASSERT_TRUE(issued.has_value()) << issued.error();
    EXPECT_EQ(names_in(out), (std::set<std::string>{"tls.crt", "tls.key", "ca.crt"}));
    EXPECT_EQ(mode_of(out / "tls.key"), 0600U);
    auto const facts = facts_of(read_certificates(out / "tls.crt")->front().get());
    EXPECT_EQ(identity_of(facts).value(), identity);
    EXPECT_TRUE(is_p256(out / "tls.key"));
    EXPECT_EQ(facts.extended_key_usage, (std::vector<std::string>{"serverAuth", "clientAuth"}));
    auto const loaded = TlsIdentity::from_leadline(out);
    ASSERT_TRUE(loaded.has_value()) << describe(loaded.error());
    EXPECT_TRUE((*loaded)->issuer_of(facts)->is_ca);
  }
}

TEST(Pki, IssuesForTheLongestNameThatAClusterMayHave) {
  ScratchDirectory const scratch;
  auto const authority = scratch.path() / "ca";
  ASSERT_TRUE(make_authority(authority).has_value());
  Identity const longest{.role = Identity::Role::agent, .cluster = std::string(63, 'e')};
  auto const out = scratch.path() / "out";
  auto const issued = issue({.authority = authority, .identity = longest, .out = out});
  ASSERT_TRUE(issued.has_value()) << issued.error();
  auto const facts = facts_of(read_certificates(out / "tls.crt")->front().get());
  EXPECT_EQ(identity_of(facts).value(), longest);
}

TEST(Pki, NeverOverwritesAndLeavesNoParts) {
  ScratchDirectory const scratch;
  auto const authority = scratch.path() / "ca";
  ASSERT_TRUE(make_authority(authority).has_value());
  auto const key = read_private_key(authority / "ca.key");
  EXPECT_NE(make_authority(authority).error().find("exists already"), std::string::npos);
  auto const after = read_private_key(authority / "ca.key");
  EXPECT_EQ(EVP_PKEY_eq(key->get(), after->get()), 1);

  scratch.write("out/ca.crt", "mine");
  auto const out = scratch.path() / "out";
  auto const issued = issue({.authority = authority, .identity = agent_of_east, .out = out});
  EXPECT_NE(issued.error().find((out / "ca.crt").string() + ": exists already"), std::string::npos);
  EXPECT_EQ(names_in(out), std::set<std::string>{"ca.crt"});
}

TEST(Pki, RefusesWhatCannotBecomeACertificate) {
  ScratchDirectory const scratch;
  auto const authority = scratch.path() / "ca";
  ASSERT_TRUE(make_authority(authority).has_value());
  auto const out = scratch.path() / "out";
  for (std::string const cluster : {"", "East", "a b", "-a", "a/b", "a,URI:spiffe://x"}) {
    Identity const identity{.role = Identity::Role::agent, .cluster = cluster};
    EXPECT_NE(issue({.authority = authority, .identity = identity, .out = out})
                  .error()
                  .find("is not a DNS label"),
              std::string::npos);
  }
  auto const missing =
      issue({.authority = scratch.path() / "none", .identity = agent_of_east, .out = out});
  EXPECT_NE(missing.error().find("leadline pki init"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(out));

  auto const leaf = scratch.path() / "leaf";
  ASSERT_TRUE(issue({.authority = authority, .identity = agent_of_east, .out = leaf}).has_value());
  std::filesystem::copy_file(leaf / "tls.key", leaf / "ca.key");
  std::filesystem::copy_file(leaf / "tls.crt", leaf / "ca.crt",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(issue({.authority = leaf, .identity = agent_of_east, .out = out})
                .error()
                .find("is not a CA certificate"),
            std::string::npos);
}

TEST(Pki, SaysWhyADirectoryCannotBeWritten) {
  ScratchDirectory const scratch;
  auto const file = scratch.write("file", "x");
  EXPECT_NE(make_authority(file / "ca").error().find(file.string()), std::string::npos);
}
}  // namespace
}  // namespace leadline
