#include "probes/wire/tls_identity.hpp"

#include "probes/wire/tls_fault.hpp"
#include "probes/wire/verification.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string>
#include <utility>

namespace leadline {
struct TlsIdentity::Files {
  std::filesystem::path client_chain;
  std::filesystem::path client_key;
  std::filesystem::path server_chain;
  std::filesystem::path server_key;
  std::filesystem::path bundle;
};

namespace {
namespace ssl = boost::asio::ssl;
using Role = PeerRules::Role;

Error unusable(std::string detail) {
  return {.stage = Error::Stage::configuration,
          .code = make_error_code(boost::system::errc::invalid_argument),
          .detail = std::move(detail)};
}

/// The first certificate is the leaf's; the rest go along with it. False: OpenSSL refused.
bool show(SSL_CTX* context, Credentials const& own) {
  if (SSL_CTX_use_certificate(context, own.chain.front().get()) != 1) return false;
  for (auto const& extra : std::span{own.chain}.subspan(1))
    if (SSL_CTX_add1_chain_cert(context, extra.get()) != 1) return false;
  return SSL_CTX_use_PrivateKey(context, own.key.get()) == 1;
}

tl::expected<ssl::context, std::string> make_context(Role peer, Credentials const& own,
                                                     std::vector<CertificateHandle> const& bundle,
                                                     PeerRules const& rules, int oldest_version) {
  ERR_clear_error();
  ssl::context context{SSL_CTX_new(TLS_method())};
  auto* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, oldest_version);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_info_callback(native, record_alert);
  auto* const store = SSL_CTX_get_cert_store(native);
  for (auto const& authority : bundle) X509_STORE_add_cert(store, authority.get());
  require(native, peer, rules);
  if (!show(native, own)) return tl::unexpected(take_openssl_errors());
  ERR_clear_error();
  return context;
}
}  // namespace

TlsIdentity::TlsIdentity(ssl::context client, ssl::context server)
    : client_{std::move(client)}, server_{std::move(server)} {}

Expected<std::shared_ptr<TlsIdentity const>> TlsIdentity::load(Files const& files, bool migration) {
  auto const client = read_credentials(files.client_chain, files.client_key);
  if (!client) return tl::unexpected(unusable(client.error()));
  auto const server = read_credentials(files.server_chain, files.server_key);
  if (!server) return tl::unexpected(unusable(server.error()));
  auto const bundle = read_certificates(files.bundle);
  if (!bundle) return tl::unexpected(unusable(bundle.error()));

  auto const own = facts_of(client->chain.front().get());
  auto const rules = migration ? kubevirt_rules(own.common_name) : PeerRules{};
  int const oldest = migration ? TLS1_2_VERSION : TLS1_3_VERSION;
  auto client_side = make_context(Role::server, *client, *bundle, rules, oldest);
  if (!client_side)
    return tl::unexpected(unusable(files.client_chain.string() + ": " + client_side.error()));
  auto server_side = make_context(Role::client, *server, *bundle, rules, oldest);
  if (!server_side)
    return tl::unexpected(unusable(files.server_chain.string() + ": " + server_side.error()));

  std::shared_ptr<TlsIdentity> identity{
      new TlsIdentity{std::move(*client_side), std::move(*server_side)}};
  identity->migration_ = migration;
  identity->client_leaf_ = own;
  for (auto const& authority : *bundle) identity->authorities_.push_back(facts_of(authority.get()));
  return identity;
}

Expected<std::shared_ptr<TlsIdentity const>> TlsIdentity::from_leadline(
    std::filesystem::path const& directory) {
  return load({.client_chain = directory / "tls.crt",
               .client_key = directory / "tls.key",
               .server_chain = directory / "tls.crt",
               .server_key = directory / "tls.key",
               .bundle = directory / "ca.crt"},
              false);
}

Expected<std::shared_ptr<TlsIdentity const>> TlsIdentity::from_migration(
    std::filesystem::path const& directory) {
  return load({.client_chain = directory / "client" / "tls.crt",
               .client_key = directory / "client" / "tls.key",
               .server_chain = directory / "server" / "tls.crt",
               .server_key = directory / "server" / "tls.key",
               .bundle = directory / "ca" / "ca-bundle.crt"},
              true);
}

std::optional<CertificateFacts> TlsIdentity::issuer_of(CertificateFacts const& leaf) const {
  std::optional<CertificateFacts> latest;
  for (auto const& each : authorities_)
    if (each.subject == leaf.issuer &&
        (!latest || each.not_after_unix_seconds > latest->not_after_unix_seconds))
      latest = each;
  return latest;
}

namespace {
/// The CA of the bundle that signed the leaf; of a CA that was renewed with its key, the one that
/// lasts longest.
std::optional<CertificateFacts> authority_of(X509* leaf,
                                             std::vector<CertificateHandle> const& bundle) {
  std::optional<CertificateFacts> latest;
  for (auto const& each : bundle) {
    if (X509_check_issued(each.get(), leaf) != X509_V_OK ||
        X509_verify(leaf, X509_get0_pubkey(each.get())) != 1)
      continue;
    auto facts = facts_of(each.get());
    if (!latest || facts.not_after_unix_seconds > latest->not_after_unix_seconds)
      latest = std::move(facts);
  }
  ERR_clear_error();
  return latest;
}
}  // namespace

std::vector<IdentityFacts> migration_identity_facts(std::filesystem::path const& directory) {
  std::vector<IdentityFacts> parts;
  auto const bundle = read_certificates(directory / "ca" / "ca-bundle.crt");
  for (std::string const role : {"server", "client"}) {
    IdentityFacts part{.role = role, .leaf = {}, .authority = {}, .problem = {}};
    auto const chain_file = directory / role / "tls.crt";
    if (auto const chain = read_certificates(chain_file)) {
      part.leaf = facts_of(chain->front().get());
      if (bundle) part.authority = authority_of(chain->front().get(), *bundle);
    }
    if (auto const own = read_credentials(chain_file, directory / role / "tls.key"); !own)
      part.problem = own.error();
    if (!bundle && part.problem.empty()) part.problem = bundle.error();
    parts.push_back(std::move(part));
  }
  return parts;
}
}  // namespace leadline
