#include "coordinator/pki.hpp"

#include "coordinator/mint.hpp"
#include "coordinator/new_files.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline {
namespace {
constexpr ::mode_t secret = 0600;
constexpr ::mode_t readable = 0644;

/// For people: the URI is what counts. A common name has 64 characters at most (RFC 5280, appendix
/// A.1), a cluster's name alone may have 63.
std::string shown_name(std::string const& cluster) {
  constexpr std::size_t longest = 64;
  return ("agent:" + cluster).substr(0, longest);
}
}  // namespace

tl::expected<void, std::string> make_authority(std::filesystem::path const& out) {
  auto const now = std::chrono::system_clock::now();
  auto const authority = mint({.common_name = "leadline CA",
                               .uri_names = {},
                               .extended_key_usage = {},
                               .is_ca = true,
                               .not_before = now - backdated,
                               .not_after = now + authority_lifetime});
  return write_new_files(
      out,
      {{.name = "ca.key", .content = pem_of(authority.key.get()), .mode = secret},
       {.name = "ca.crt", .content = pem_of(authority.chain.front().get()), .mode = readable}});
}

tl::expected<void, std::string> issue(IssueRequest const& request) {
  bool const agent = request.identity.role == Identity::Role::agent;
  if (agent && !is_dns_label(request.identity.cluster))
    return tl::unexpected(fmt::format(
        "the cluster name '{}' is not a DNS label: 1 to 63 of a-z, 0-9 and '-', no '-' at the ends",
        request.identity.cluster));
  auto const authority =
      read_credentials(request.authority / "ca.crt", request.authority / "ca.key");
  if (!authority) {
    // Whoever has one must not make another: no agent would be trusted any more.
    std::error_code unseen;
    bool const there = std::filesystem::exists(request.authority / "ca.key", unseen) || unseen;
    return tl::unexpected(authority.error() +
                          (there ? "" : "; make a CA with `leadline pki init --out DIR`"));
  }
  auto* const issuer = authority->chain.front().get();
  auto const issuer_facts = facts_of(issuer);
  if (!issuer_facts.is_ca)
    return tl::unexpected(
        fmt::format("{}: is not a CA certificate", (request.authority / "ca.crt").string()));
  auto const now = std::chrono::system_clock::now();
  auto const end = std::chrono::system_clock::from_time_t(issuer_facts.not_after_unix_seconds);
  if (end <= now)
    return tl::unexpected(
        fmt::format("{}: the CA has expired", (request.authority / "ca.crt").string()));
  auto const made =
      mint({.common_name = agent ? shown_name(request.identity.cluster) : "coordinator",
            .uri_names = {uri_of(request.identity)},
            .extended_key_usage = {"serverAuth", "clientAuth"},
            .is_ca = false,
            .not_before = now - backdated,
            .not_after =
                std::min<std::chrono::system_clock::time_point>(end, now + certificate_lifetime)},
           &*authority);
  return write_new_files(
      request.out,
      {{.name = "tls.key", .content = pem_of(made.key.get()), .mode = secret},
       {.name = "tls.crt", .content = pem_of(made.chain.front().get()), .mode = readable},
       {.name = "ca.crt", .content = pem_of(issuer), .mode = readable}});
}
}  // namespace leadline
