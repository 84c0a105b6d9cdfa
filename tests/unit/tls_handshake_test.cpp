#include "probes/tls_handshake.hpp"

#include "coordinator/pki.hpp"
#include "tests/unit/loopback_target.hpp"
#include "tests/unit/migration_certificates.hpp"

#include <gtest/gtest.h>

namespace leadline {
namespace {
using IdentityPointer = std::shared_ptr<TlsIdentity const>;
using namespace std::chrono_literals;

/// One handshake over loopback.
Expected<TlsHandshake::Result> handshake(IdentityPointer const& client,
                                         IdentityPointer const& server) {
  boost::asio::io_context context;
  LoopbackTarget target{context, [&](LoopbackTarget::Socket socket, Preamble) {
                          return serve_tls(std::move(socket), server);
                        }};
  TlsHandshake probe{.path = target.path(), .identity = client, .timeout_ms = 8000ms};
  auto result = await_on(context, run(probe));
  target.close();
  context.run();
  return result;
}

class TlsHandshakeRules : public testing::Test {
 protected:
  ScratchDirectory scratch;
  Credentials authority = make_cluster_authority("now");
  Credentials foreign = make_cluster_authority("elsewhere");
  IdentityPointer good = make_identity(scratch, "good", authority);
};

TEST_F(TlsHandshakeRules, HoldForTwoVirtHandlersOfOneBundle) {
  auto const result = handshake(good, good).value();
  EXPECT_TRUE(result.completed) << result.detail;
  EXPECT_TRUE(result.migration_identity);
  EXPECT_EQ(result.version, "TLSv1.3");
  // OpenSSL 3.5 prefers the hybrid of it with ML-KEM.
  EXPECT_TRUE(result.group == "x25519" || result.group == "X25519MLKEM768") << result.group;
  EXPECT_EQ(result.cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(result.alpn, "");
  EXPECT_GT(result.handshake_ms, 0.0);
  EXPECT_EQ(result.peer_fault, TlsFault::none);
  EXPECT_EQ(result.own_fault, TlsFault::none);
  EXPECT_EQ(result.own_leaf->common_name, "kubevirt.io:system:client:migration");
  EXPECT_EQ(result.peer_leaf->common_name, "kubevirt.io:system:node:virt-handler");
  EXPECT_EQ(result.peer_issuer->subject, "CN=kubevirt.io@now");
  EXPECT_EQ(result.alert_sent + result.alert_received, "");
  EXPECT_EQ(assess(result).status, Status::ok);
}

TEST_F(TlsHandshakeRules, TellByWhichOfTwoAuthoritiesOfOneNameThePeerIsTrusted) {
  auto const now = std::chrono::system_clock::now();
  auto const bundle_with = [&](std::chrono::hours until) {
    auto const other = mint({.common_name = "kubevirt.io@now",
                             .uri_names = {},
                             .extended_key_usage = {},
                             .is_ca = true,
                             .not_before = now - std::chrono::hours{48},
                             .not_after = now + until});
    write_certificates(scratch, "two", authority, {});
    scratch.write("two/ca/ca-bundle.crt",
                  pem_of(other.chain.front().get()) + pem_of(authority.chain.front().get()));
    return TlsIdentity::from_migration(scratch.path() / "two").value();
  };
  for (auto const until : {std::chrono::hours{-24}, std::chrono::hours{240}}) {
    auto const two = bundle_with(until);
    auto const result = handshake(two, two).value();
    ASSERT_TRUE(result.completed) << result.detail;
    EXPECT_EQ(result.peer_issuer->not_after_unix_seconds,
              facts_of(authority.chain.front().get()).not_after_unix_seconds);
  }
}

TEST_F(TlsHandshakeRules, HoldForLeadlinesOwnCertificates) {
  ASSERT_TRUE(make_authority(scratch.path() / "ca").has_value());
  for (std::string const cluster : {"east", "west"})
    ASSERT_TRUE(issue({.authority = scratch.path() / "ca",
                       .identity = {.role = Identity::Role::agent, .cluster = cluster},
                       .out = scratch.path() / cluster})
                    .has_value());
  auto const result = handshake(TlsIdentity::from_leadline(scratch.path() / "east").value(),
                                TlsIdentity::from_leadline(scratch.path() / "west").value())
                          .value();
  EXPECT_TRUE(result.completed) << result.detail;
  EXPECT_FALSE(result.migration_identity);
  EXPECT_EQ(result.peer_leaf->common_name, "agent:west");
}

TEST_F(TlsHandshakeRules, NameEachFaultFromBothSides) {
  struct Case {
    std::string name;
    MigrationCertificates wanted;
    TlsFault fault;
    std::string alert;
  };

  std::vector<Case> const cases{
      {"foreign",
       {.server_issuer = &foreign, .client_issuer = &foreign},
       TlsFault::untrusted,
       "unknown_ca"},
      {"expired",
       {.valid_from = -120min, .valid_until = -60min},
       TlsFault::expired,
       "certificate_expired"},
      {"early",
       {.valid_from = 60min, .valid_until = 120min},
       TlsFault::not_yet_valid,
       "bad_certificate"},
      {"name",
       {.server_name = "kubevirt.io:system:client:migration",
        .client_name = "kubevirt.io:system:node:virt-handler"},
       TlsFault::wrong_cn,
       "certificate_unknown"},
      {"near_name",
       {.server_name = "kubevirt.io:system:node:virt-handler ",
        .client_name = "KubeVirt.io:system:client:migration"},
       TlsFault::wrong_cn,
       "certificate_unknown"},
      {"usage",
       {.server_usage = "clientAuth", .client_usage = "serverAuth"},
       TlsFault::wrong_eku,
       "unsupported_certificate"},
  };
  for (auto const& each : cases) {
    SCOPED_TRACE(each.name);
    auto const bad = make_identity(scratch, each.name, authority, each.wanted);

    auto const refused = handshake(good, bad).value();
    EXPECT_FALSE(refused.completed);
    EXPECT_EQ(refused.peer_fault, each.fault) << refused.detail;
    EXPECT_EQ(refused.own_fault, TlsFault::none);
    EXPECT_EQ(refused.alert_sent, each.alert);
    EXPECT_EQ(refused.alert_received, "");
    EXPECT_TRUE(refused.peer_leaf.has_value());
    EXPECT_EQ(assess(refused).status, Status::fail);

    auto const told = handshake(bad, good).value();
    EXPECT_FALSE(told.completed);
    EXPECT_EQ(told.own_fault, each.fault) << told.detail;
    EXPECT_EQ(told.peer_fault, TlsFault::none);
    EXPECT_EQ(told.alert_received, each.alert);
    EXPECT_EQ(told.alert_sent, "");
    EXPECT_EQ(assess(told).status, Status::fail);
  }
}

TEST_F(TlsHandshakeRules, LetTheOlderClientNameInOnlyAsKubeVirtDoes) {
  MigrationCertificates const old_release{.client_name = "kubevirt.io:system:client:virt-handler"};
  auto const old = make_identity(scratch, "old", authority, old_release);
  EXPECT_TRUE(handshake(old, good)->completed);
  EXPECT_TRUE(handshake(old, old)->completed);
  EXPECT_EQ(handshake(good, old)->own_fault, TlsFault::wrong_cn);
}

TEST_F(TlsHandshakeRules, RefuseAPeerThatShowsNoCertificate) {
  boost::asio::io_context context;
  LoopbackTarget target{context, [&](LoopbackTarget::Socket socket, Preamble) {
                          return serve_tls(std::move(socket), good);
                        }};
  auto const bare = make_identity(scratch, "bare", authority);
  auto* const native = bare->client().native_handle();
  SSL_CTX_set_cert_cb(
      native,
      [](SSL* ssl, void*) {
        SSL_certs_clear(ssl);
        return 1;
      },
      nullptr);
  TlsHandshake probe{.path = target.path(), .identity = bare, .timeout_ms = 8000ms};
  auto const result = await_on(context, run(probe)).value();
  EXPECT_FALSE(result.completed);
  EXPECT_EQ(result.alert_received, "certificate_required");
  EXPECT_EQ(result.own_fault, TlsFault::other);
}

TEST_F(TlsHandshakeRules, DemandTls13OfLeadlinesOwn) {
  ASSERT_TRUE(make_authority(scratch.path() / "ca").has_value());
  ASSERT_TRUE(issue({.authority = scratch.path() / "ca",
                     .identity = {.role = Identity::Role::agent, .cluster = "east"},
                     .out = scratch.path() / "east"})
                  .has_value());
  auto const own = TlsIdentity::from_leadline(scratch.path() / "east").value();
  auto const old = TlsIdentity::from_leadline(scratch.path() / "east").value();
  SSL_CTX_set_min_proto_version(old->client().native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(old->client().native_handle(), TLS1_2_VERSION);
  auto const result = handshake(old, own).value();
  EXPECT_FALSE(result.completed);
  EXPECT_EQ(result.own_fault, TlsFault::version);
  EXPECT_EQ(result.alert_received, "protocol_version");
}

boost::asio::awaitable<void> hang_up(LoopbackTarget::Socket socket) {
  std::array<char, 1> first{};
  co_await socket.async_read_some(boost::asio::buffer(first), no_throw);
}

boost::asio::awaitable<void> talk_nonsense(LoopbackTarget::Socket socket) {
  std::string const nonsense(1000, 'x');
  co_await boost::asio::async_write(socket, boost::asio::buffer(nonsense), no_throw);
  co_await hang_up(std::move(socket));
}

TEST_F(TlsHandshakeRules, SayWhenThePeerHangsUpOrTalksNonsense) {
  boost::asio::io_context context;
  LoopbackTarget closing{
      context, [](LoopbackTarget::Socket socket, Preamble) { return hang_up(std::move(socket)); }};
  TlsHandshake probe{.path = closing.path(), .identity = good, .timeout_ms = 8000ms};
  auto const closed = await_on(context, run(probe)).value();
  EXPECT_FALSE(closed.completed);
  EXPECT_EQ(closed.own_fault, TlsFault::closed);

  LoopbackTarget babbling{context, [](LoopbackTarget::Socket socket, Preamble) {
                            return talk_nonsense(std::move(socket));
                          }};
  probe.path = babbling.path();
  auto const nonsense = await_on(context, run(probe)).value();
  EXPECT_FALSE(nonsense.completed);
  EXPECT_EQ(assess(nonsense).status, Status::fail);
}

TEST_F(TlsHandshakeRules, SurviveGarbageFromTheCaller) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
  boost::asio::ip::tcp::socket caller{context};
  caller.connect(acceptor.local_endpoint());
  auto accepted = acceptor.accept();
  bool served = false;
  boost::asio::co_spawn(context, serve_tls(std::move(accepted), good),
                        [&](std::exception_ptr thrown) { served = !thrown; });
  boost::asio::write(caller, boost::asio::buffer(std::string(500, '\xff')));
  caller.shutdown(boost::asio::ip::tcp::socket::shutdown_send);
  context.run();
  EXPECT_TRUE(served);
}

TEST_F(TlsHandshakeRules, AreAConfigurationErrorWithoutAnIdentity) {
  EXPECT_EQ(handshake(nullptr, good).error().stage, Error::Stage::configuration);
}

TEST_F(TlsHandshakeRules, ReportABusyOrUnreachablePeerAsAnError) {
  boost::asio::io_context context;
  LoopbackTarget busy{context, {}, [](Preamble const&) { return Welcome::Status::busy; }};
  TlsHandshake probe{.path = busy.path(), .identity = good, .timeout_ms = 8000ms};
  EXPECT_EQ(await_on(context, run(probe)).error().code, boost::asio::error::try_again);
  LoopbackTarget wrong{context, {}, [](Preamble const&) { return Welcome::Status::wrong_target; }};
  probe.path = wrong.path();
  EXPECT_NE(await_on(context, run(probe)).error().detail.find("answers at the address of node"),
            std::string::npos);
  wrong.close();
  EXPECT_EQ(await_on(context, run(probe)).error().code, boost::asio::error::connection_refused);
}

TEST_F(TlsHandshakeRules, ReadWhatLiesOnDiskEvenWhereItIsBroken) {
  auto facts = migration_identity_facts(scratch.path() / "good");
  ASSERT_EQ(facts.size(), 2U);
  for (auto const& part : facts) {
    EXPECT_EQ(part.problem, "");
    EXPECT_EQ(part.authority->common_name, "kubevirt.io@now");
  }
  EXPECT_EQ(facts.at(0).leaf->common_name, "kubevirt.io:system:node:virt-handler");
  EXPECT_EQ(facts.at(1).leaf->common_name, "kubevirt.io:system:client:migration");

  std::filesystem::copy_file(scratch.path() / "good/client/tls.key",
                             scratch.path() / "good/server/tls.key",
                             std::filesystem::copy_options::overwrite_existing);
  scratch.write("good/client/tls.crt", "rubbish");
  facts = migration_identity_facts(scratch.path() / "good");
  EXPECT_NE(facts.at(0).problem.find("is not the key"), std::string::npos);
  EXPECT_TRUE(facts.at(0).leaf.has_value());
  EXPECT_NE(facts.at(1).problem.find("holds no PEM certificate"), std::string::npos);
  EXPECT_FALSE(TlsIdentity::from_migration(scratch.path() / "good").has_value());
  for (auto const& part : migration_identity_facts(scratch.path() / "nowhere"))
    EXPECT_NE(part.problem.find("No such file"), std::string::npos);
}

TEST_F(TlsHandshakeRules, TellTheAuthorityThatIssuedTheLeafAmongThoseOfTheBundle) {
  auto const own = pem_of(authority.chain.front().get());
  auto const other = pem_of(foreign.chain.front().get());
  auto const with = [&](std::string const& certificates) {
    scratch.write("good/ca/ca-bundle.crt", certificates);
    return migration_identity_facts(scratch.path() / "good").at(0).authority;
  };
  EXPECT_EQ(with(other + own)->common_name, "kubevirt.io@now");
  EXPECT_EQ(with(own + other)->common_name, "kubevirt.io@now");
  EXPECT_FALSE(with(other).has_value());
}

TEST(TlsHandshakeAssessment, FollowsFromTheFault) {
  struct Case {
    TlsHandshake::Result result;
    Status status;
    std::string says;
  };

  auto const failed = [](TlsFault peer, TlsFault own) {
    TlsHandshake::Result result;
    result.peer_fault = peer;
    result.own_fault = own;
    return result;
  };
  TlsHandshake::Result completed;
  completed.completed = true;
  for (auto const& [result, status, says] : {
           Case{completed, Status::ok, "KubeVirt's were not given"},
           Case{failed(TlsFault::none, TlsFault::none), Status::inconclusive, "did not complete"},
           Case{failed(TlsFault::untrusted, TlsFault::none), Status::fail, "the peer's"},
           Case{failed(TlsFault::none, TlsFault::expired), Status::fail, "this node's"},
           Case{failed(TlsFault::none, TlsFault::not_yet_valid), Status::fail, "not valid yet"},
           Case{failed(TlsFault::wrong_cn, TlsFault::none), Status::fail, "wrong CN"},
           Case{failed(TlsFault::wrong_eku, TlsFault::none), Status::fail, "extended key usage"},
           Case{failed(TlsFault::version, TlsFault::none), Status::fail, "no TLS version"},
           Case{failed(TlsFault::none, TlsFault::closed), Status::fail, "without an alert"},
           Case{failed(TlsFault::none, TlsFault::other), Status::fail, "is refused"},
       }) {
    EXPECT_EQ(assess(result).status, status) << says;
    EXPECT_NE(assess(result).reason.find(says), std::string::npos) << assess(result).reason;
  }
}
}  // namespace
}  // namespace leadline
