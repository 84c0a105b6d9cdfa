#include "coordinator/clock_offsets.hpp"
#include "coordinator/symptoms.hpp"
#include "coordinator/way_of.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace leadline {
namespace {
std::string_view code_of(TlsFault fault) {
  switch (fault) {
    case TlsFault::untrusted:
      return "TLS_UNTRUSTED";
    case TlsFault::expired:
      return "TLS_EXPIRED";
    case TlsFault::not_yet_valid:
      return "TLS_NOT_YET_VALID";
    case TlsFault::wrong_cn:
      return "TLS_WRONG_CN";
    case TlsFault::wrong_eku:
      return "TLS_WRONG_EKU";
    case TlsFault::version:
      return "TLS_VERSION";
    case TlsFault::none:
    case TlsFault::closed:
    case TlsFault::other:
      break;
  }
  return "TLS_FAILED";
}

/// Within a century either way: authorities without an end are valid until 9999 (RFC
/// 5280, 4.1.2.5), which is more than a count of nanoseconds holds.
std::chrono::seconds between(std::int64_t from, std::int64_t to) {
  constexpr double century = 100 * 365.25 * 86400;
  auto const seconds = static_cast<double>(to) - static_cast<double>(from);
  return std::chrono::seconds{static_cast<std::int64_t>(std::clamp(seconds, -century, century))};
}

/// "expires in 3 h", "expired 1 h ago": at the start of the run, by the clocks of most nodes.
std::string expiry_of(std::int64_t now, CertificateFacts const& certificate) {
  auto const left = between(now, certificate.not_after_unix_seconds);
  return left.count() <= 0 ? fmt::format("expired {} ago", format(-left))
                           : fmt::format("expires in {}", format(left));
}

std::string shown(std::int64_t now, std::optional<CertificateFacts> const& certificate) {
  if (!certificate) return {};
  return fmt::format("; certificate CN={}, issued by {}, serial {}, {}", certificate->common_name,
                     certificate->issuer, certificate->serial, expiry_of(now, *certificate));
}

/// The CA that signed what this node shows as "server" or "client", by its own bundle.
std::optional<CertificateFacts> authority_of(Survey const& survey, NodeIndex node,
                                             std::string_view role) {
  auto const& facts = survey.nodes.at(node).facts;
  if (!facts) return std::nullopt;
  auto const found = std::ranges::find(facts->migration_identity, role, &IdentityFacts::role);
  return found == facts->migration_identity.end() ? std::nullopt : found->authority;
}

std::string shown_authority(Survey const& survey, std::int64_t now, NodeIndex node,
                            std::string_view role) {
  auto const authority = authority_of(survey, node, role);
  return authority ? fmt::format("; its CA {}", expiry_of(now, *authority)) : std::string{};
}

std::string identity_of(CertificateFacts const& facts) {
  return fmt::format("{} {} {}", facts.issuer, facts.serial, facts.not_after_unix_seconds);
}

/// Certificates of nodes, each judged once however many pairs show it.
class Validity {
 public:
  Validity(Survey const& survey, std::int64_t now, Symptoms& symptoms)
      : survey_{survey}, symptoms_{symptoms}, now_{now} {}

  void read(NodeIndex node, std::string_view what, std::optional<CertificateFacts> const& facts,
            std::chrono::seconds warning) {
    if (!facts || !judged_.insert({node, identity_of(*facts)}).second) return;
    auto const left = between(now_, facts->not_after_unix_seconds);
    auto const who = fmt::format("{}: {} CN={}", name_of(survey_, node), what, facts->common_name);
    auto const said = fmt::format("{} {}", who, expiry_of(now_, *facts));
    if (left.count() <= 0)
      symptoms_.on_node("TLS_EXPIRED", node, said);
    else if (left < warning)
      symptoms_.on_node("TLS_EXPIRES_SOON", node, said);
    if (facts->not_before_unix_seconds > now_)
      symptoms_.on_node("TLS_NOT_YET_VALID", node,
                        fmt::format("{} is valid in {}", who,
                                    format(between(now_, facts->not_before_unix_seconds))));
  }

 private:
  Survey const& survey_;
  Symptoms& symptoms_;
  std::int64_t now_;
  std::set<std::pair<NodeIndex, std::string>> judged_;
};

void read_handshake(Survey const& survey, std::int64_t now, Observation const& seen,
                    TlsHandshake::Result const& result, Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  auto const who = way_of(survey, seen);
  if (result.completed) {
    symptoms.saw(Layer::tls, edge);
    symptoms.saw(Layer::tls, reverse(edge));
    if (!result.migration_identity)
      symptoms.on_edge("TLS_NOT_KUBEVIRT", edge, who + ": no migration identity was given");
    return;
  }
  auto const detail = result.detail.empty() ? seen.reason : result.detail;
  // The way of a refused certificate: from who refuses it to whose it is.
  if (result.peer_fault != TlsFault::none)
    symptoms.on_edge(
        code_of(result.peer_fault), edge,
        fmt::format("{} refuses the server certificate of {}: {}{}{}", name_of(survey, seen.source),
                    name_of(survey, seen.target), detail, shown(now, result.peer_leaf),
                    shown_authority(survey, now, seen.target, "server")));
  if (result.own_fault != TlsFault::none)
    symptoms.on_edge(code_of(result.own_fault), reverse(edge),
                     fmt::format("{} refuses the client certificate of {}: {}{}{}",
                                 name_of(survey, seen.target), name_of(survey, seen.source),
                                 result.alert_received.empty() ? detail : result.alert_received,
                                 shown(now, result.own_leaf),
                                 shown_authority(survey, now, seen.source, "client")));
  if (result.peer_fault == TlsFault::none && result.own_fault == TlsFault::none)
    symptoms.on_edge("TLS_FAILED", edge, fmt::format("{}: {}", who, detail));
}
}  // namespace

void read_tls(Survey const& survey, Symptoms& symptoms) {
  auto const now = start_by_the_nodes(survey);
  Validity validity{survey, now, symptoms};
  auto const& limits = survey.plan.thresholds;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i) {
    auto const& facts = survey.nodes[i].facts;
    if (!facts) continue;
    auto const node = static_cast<NodeIndex>(i);
    for (auto const& identity : facts->migration_identity) {
      if (!identity.problem.empty())
        symptoms.on_node("TLS_UNREADABLE", node,
                         fmt::format("{}: {} certificate: {}", name_of(survey, node), identity.role,
                                     identity.problem));
      validity.read(node, identity.role + " certificate", identity.leaf,
                    limits.leaf_expiry_warning);
      validity.read(node, "CA of the " + identity.role + " certificate", identity.authority,
                    limits.expiry_warning);
    }
  }
  each_result<TlsHandshake>(
      survey, [&](Observation const& seen, TlsHandshake::Result const& result) {
        read_handshake(survey, now, seen, result, symptoms);
        if (!result.completed) return;
        // Nobody renews leadline's own certificates but an administrator: said a day before.
        auto const leaf =
            result.migration_identity ? limits.leaf_expiry_warning : limits.expiry_warning;
        validity.read(seen.source, "client certificate", result.own_leaf, leaf);
        validity.read(seen.target, "server certificate", result.peer_leaf, leaf);
        validity.read(seen.target, "CA of the server certificate", result.peer_issuer,
                      limits.expiry_warning);
      });
}
}  // namespace leadline
