#include "coordinator/coordinator_identity.hpp"

#include "coordinator/commands/command.hpp"
#include "probes/wire/identity.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <string>

namespace leadline {
namespace {
/// What a peer that trusts ca.crt alone objects to in tls.crt (RFC 5280, section 6); empty:
/// nothing.
std::string objection_to(TlsIdentity const& identity) {
  auto* const settings = identity.server().native_handle();
  std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> const check{X509_STORE_CTX_new(),
                                                                              &X509_STORE_CTX_free};
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(settings, static_cast<void*>(&chain));
  if (!check || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(settings),
                                    SSL_CTX_get0_certificate(settings), chain) != 1)
    return "it cannot be verified";
  if (X509_verify_cert(check.get()) == 1) return {};
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
}
}  // namespace

std::shared_ptr<TlsIdentity const> coordinator_identity(std::filesystem::path const& directory) {
  auto identity = TlsIdentity::from_leadline(directory);
  if (!identity) throw UsageError{"--tls: " + identity.error().detail};
  constexpr auto remedy =
      "issue one with 'leadline pki issue --role coordinator --ca DIR --out DIR'";
  auto const who = identity_of((*identity)->client_leaf());
  if (!who || who->role != Identity::Role::coordinator)
    throw UsageError{fmt::format("--tls: {}/tls.crt is not a coordinator's certificate but {}: {}",
                                 directory.string(),
                                 who ? "that of an " + format(*who) : who.error(), remedy)};
  if (auto const why = objection_to(**identity); !why.empty())
    throw UsageError{fmt::format("--tls: every agent would refuse {}/tls.crt by {}/ca.crt: {}: {}",
                                 directory.string(), directory.string(), why, remedy)};
  return *std::move(identity);
}
}  // namespace leadline
