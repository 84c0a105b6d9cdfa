#include "probes/wire/identity.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline {
namespace {
constexpr std::string_view coordinator_uri = "spiffe://leadline/coordinator";
constexpr std::string_view agent_prefix = "spiffe://leadline/agent/";
}  // namespace

std::string printable(std::string_view text, std::size_t most_octets) {
  std::string shown{text.substr(0, most_octets)};
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

std::string format(Identity const& identity) {
  return identity.role == Identity::Role::coordinator ? "coordinator"
                                                      : "agent of cluster " + identity.cluster;
}

std::string uri_of(Identity const& identity) {
  return identity.role == Identity::Role::coordinator
             ? std::string{coordinator_uri}
             : std::string{agent_prefix} + identity.cluster;
}

bool is_dns_label(std::string_view text) {
  auto const allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, allowed) &&
         text.front() != '-' && text.back() != '-';
}

bool is_node_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos;
}

tl::expected<Identity, std::string> parse_identity(std::string_view uri) {
  if (uri == coordinator_uri) return Identity{.role = Identity::Role::coordinator, .cluster = {}};
  if (!uri.starts_with(agent_prefix))
    return tl::unexpected(
        fmt::format("the URI name '{}' is neither spiffe://leadline/agent/CLUSTER nor {}",
                    printable(uri), coordinator_uri));
  auto const cluster = uri.substr(agent_prefix.size());
  if (!is_dns_label(cluster))
    return tl::unexpected(fmt::format(
        "the cluster '{}' in the URI name is not a DNS label (a-z, 0-9, '-')", printable(cluster)));
  return Identity{.role = Identity::Role::agent, .cluster = std::string{cluster}};
}

tl::expected<Identity, std::string> identity_of(CertificateFacts const& certificate) {
  if (certificate.uri_names.size() != 1)
    return tl::unexpected(
        fmt::format("the certificate '{}' has {} URI names, exactly one is needed: {}",
                    printable(certificate.subject), certificate.uri_names.size(),
                    "issue it with `leadline pki issue`"));
  return parse_identity(certificate.uri_names.front());
}

tl::expected<Identity, std::string> identity_of(X509* certificate) {
  if (certificate == nullptr) return tl::unexpected(std::string{"the peer showed no certificate"});
  return identity_of(facts_of(certificate));
}
}  // namespace leadline
