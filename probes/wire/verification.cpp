#include "probes/wire/verification.hpp"

#include "probes/wire/tls_fault.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace leadline {
namespace {
constexpr std::string_view server_name = "kubevirt.io:system:node:virt-handler";
constexpr std::string_view old_client_name = "kubevirt.io:system:client:virt-handler";
constexpr std::string_view client_name = "kubevirt.io:system:client:migration";

using CommonNames = std::vector<std::string>;

void forget(void*, void* names, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<CommonNames*>(names);  // NOLINT(*-owning-memory): OpenSSL keeps a void*
}

int names_slot() {
  static int const slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, forget);
  return slot;
}

/// Alerts are made from the verification error; this one has no alert of its own, so it becomes
/// certificate_unknown, which no other fault does.
constexpr int wrong_common_name = X509_V_ERR_PROXY_SUBJECT_NAME_VIOLATION;

void write_down(HandshakeRecord* record, TlsFault fault, std::string detail) {
  if (record == nullptr || record->peer_fault != TlsFault::none) return;
  record->peer_fault = fault;
  record->detail = std::move(detail);
}

/// Called for every certificate of the chain, from the root to the leaf, and for every fault.
int verify(int accepted, X509_STORE_CTX* store) {
  auto* const ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const record = record_of(ssl);
  auto* const leaf = X509_STORE_CTX_get0_cert(store);
  auto const facts = facts_of(leaf);
  if (record != nullptr && !record->peer_leaf) record->peer_leaf = facts;
  if (accepted == 0) {
    int const error = X509_STORE_CTX_get_error(store);
    auto* const at = X509_STORE_CTX_get_current_cert(store);
    write_down(record, fault_of_verification(error),
               fmt::format("{}: {}", at != nullptr ? facts_of(at).subject : facts.subject,
                           X509_verify_cert_error_string(error)));
    return 0;
  }
  auto const* const names =
      static_cast<CommonNames*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), names_slot()));
  if (X509_STORE_CTX_get_error_depth(store) != 0 || names == nullptr || names->empty() ||
      std::ranges::find(*names, facts.common_name) != names->end())
    return 1;
  write_down(record, TlsFault::wrong_cn,
             fmt::format("the CN is '{}', but must be '{}'", facts.common_name,
                         fmt::join(*names, "' or '")));
  X509_STORE_CTX_set_error(store, wrong_common_name);
  return 0;
}
}  // namespace

PeerRules kubevirt_rules(std::string_view own_client_common_name) {
  PeerRules rules{.server_common_names = {std::string{server_name}},
                  .client_common_names = {std::string{old_client_name}}};
  if (own_client_common_name != old_client_name)
    rules.client_common_names.emplace_back(client_name);
  return rules;
}

void require(SSL_CTX* context, PeerRules::Role peer, PeerRules const& rules) {
  bool const server = peer == PeerRules::Role::server;
  SSL_CTX_set_ex_data(
      context, names_slot(),
      new CommonNames{server ? rules.server_common_names : rules.client_common_names});
  SSL_CTX_set_purpose(context, server ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT);
  // As Go does: each certificate of the bundle is an anchor, self-signed or not.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verify);
}
}  // namespace leadline
