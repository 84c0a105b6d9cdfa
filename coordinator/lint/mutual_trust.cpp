#include "coordinator/lint/rules.hpp"
#include "coordinator/lint/validity.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Whether one cluster trusts what the other presents, and for how long. A cluster's own authorities
// bear the same kind of name as those that were copied into its bundle; what tells them apart is
// the order: virt-operator writes the one that it signs with before all others, and signs anew
// whatever another has signed (KubeVirt's MergeCABundle and NextRotationDeadline,
// pkg/virt-operator). Older authorities of its own, and those of third clusters, may therefore be
// missing elsewhere.

namespace leadline {
namespace {
bool are_same(CertificateHandle const& one, CertificateHandle const& other) {
  return X509_cmp(one.get(), other.get()) == 0;
}

bool holds(CertificateSet const& bundle, CertificateHandle const& certificate) {
  return std::ranges::any_of(bundle.certificates, [&](CertificateHandle const& held) {
    return are_same(held, certificate);
  });
}

bool holds_any(CertificateSet const* set) {
  return set != nullptr && !set->certificates.empty();
}

/// One direction: does `of` trust what `peer` presents?
class TrustInPeer {
 public:
  TrustInPeer(ClusterManifests const& of, ClusterManifests const& peer, UnixTime now,
              ConfigFindings& found)
      : of_{of}, peer_{peer}, trusted_{*of.trusted()}, now_{now}, found_{found} {
    auto const* const theirs = peer.trusted();
    if (!holds_any(theirs)) return;
    theirs_ = theirs;
    // Then one of the two bundles is not as virt-operator writes it, and either may be.
    ambiguous_ = are_same(trusted_.certificates.front(), theirs->certificates.front());
    if (!ambiguous_) current_ = &theirs->certificates.front();
  }

  void check() {
    if (std::ranges::any_of(peer_.certificates,
                            [](auto const& secret) { return holds_any(&secret); }))
      check_certificates();
    else if (current_ != nullptr)
      check_current();
    else if (ambiguous_)
      check_whole_bundle();
  }

 private:
  /// Where certificates of the peer are known, they say who has to be trusted.
  void check_certificates() {
    for (auto const& secret : peer_.certificates) {
      if (secret.certificates.empty()) continue;
      auto const* const signer = trusted_signer_of(secret.certificates.front().get());
      if (signer == nullptr)
        missing(fmt::format("cluster {} does not trust {} of {}: no valid authority in its bundle "
                            "has signed it",
                            of_.name, secret.manifest->name, peer_.name),
                {place_of(trusted_), place_of(secret)});
      else
        note_signer(*signer);
    }
    // An authority that ends is as it should be once its successor is trusted as well.
    if (first_to_end_ != nullptr && current_ != nullptr && is_trusted(*current_))
      first_to_end_ = current_;
    check_rest();
  }

  void check_current() {
    auto const facts = facts_of(current_->get());
    auto const start = fmt::format("cluster {} does not trust cluster {}: ", of_.name, peer_.name);
    std::vector evidence{place_of(trusted_), place_of(*theirs_),
                         fmt::format("{} is valid from {} to {}; it stands first in the bundle of "
                                     "{}, where virt-operator writes the authority that it signs "
                                     "with",
                                     name_of(facts), date_of(facts.not_before_unix_seconds),
                                     date_of(facts.not_after_unix_seconds), peer_.name)};
    if (!is_valid(facts, now_)) {
      missing(fmt::format("{}{}, with which {} signs, {}", start, name_of(facts), peer_.name,
                          has_expired(facts, now_) ? "has expired" : "is not valid yet"),
              std::move(evidence));
    } else if (!holds(trusted_, *current_)) {
      missing(fmt::format("{}its bundle lacks {}, with which {} signs", start, name_of(facts),
                          peer_.name),
              std::move(evidence));
    } else {
      first_to_end_ = current_;
      check_rest();
    }
  }

  /// Which of them the peer signs with is not known: after a complete exchange all are in both.
  void check_whole_bundle() {
    auto const& first = theirs_->certificates.front();
    for (auto const& authority : theirs_->certificates) {
      auto const facts = facts_of(authority.get());
      if (!is_valid(facts, now_) || holds(trusted_, authority)) continue;
      missing(
          fmt::format("{}, valid until {}, is in the bundle of cluster {} and not in that of {}",
                      name_of(facts), date_of(facts.not_after_unix_seconds), peer_.name, of_.name),
          {place_of(trusted_), place_of(*theirs_),
           fmt::format("not certain: both bundles begin with {}, so they do not tell which one {} "
                       "signs with; this may be a third cluster's",
                       name_of(facts_of(first.get())), peer_.name)},
          Severity::warning);
    }
  }

  void check_rest() {
    if (first_to_end_ == nullptr) return;
    auto const facts = facts_of(first_to_end_->get());
    auto const rest = rest_of(facts, now_);
    if (rest >= shortest_rest) return;
    found_.add(
        "CONFIG_CA_EXPIRES_SOON", scope_of(peer_, of_),
        fmt::format("cluster {} trusts cluster {} for {} more: then {} expires, and no newer "
                    "authority of {} is known to be in its bundle",
                    of_.name, peer_.name, format(rest), name_of(facts), peer_.name),
        {place_of(trusted_),
         fmt::format("{} expires on {}", name_of(facts), date_of(facts.not_after_unix_seconds)),
         successor()});
  }

  [[nodiscard]] std::string successor() const {
    if (current_ == nullptr)
      return fmt::format(
          "whether {} has a newer one is not known: its own kubevirt-ca begins with it",
          peer_.name);
    auto const facts = facts_of(current_->get());
    return are_same(*current_, *first_to_end_)
               ? fmt::format("{} has no newer one itself: it should have renewed it by now",
                             peer_.name)
               : fmt::format("{} signs with {} by now, valid from {} to {}", peer_.name,
                             name_of(facts), date_of(facts.not_before_unix_seconds),
                             date_of(facts.not_after_unix_seconds));
  }

  void note_signer(CertificateHandle const& signer) {
    if (first_to_end_ == nullptr ||
        rest_of(facts_of(signer.get()), now_) < rest_of(facts_of(first_to_end_->get()), now_))
      first_to_end_ = &signer;
  }

  [[nodiscard]] CertificateHandle const* trusted_signer_of(X509* certificate) const {
    auto const signer =
        std::ranges::find_if(trusted_.certificates, [&](CertificateHandle const& authority) {
          return is_valid(facts_of(authority.get()), now_) &&
                 is_signed_by(certificate, authority.get());
        });
    return signer == trusted_.certificates.end() ? nullptr : &*signer;
  }

  [[nodiscard]] bool is_trusted(CertificateHandle const& authority) const {
    return is_valid(facts_of(authority.get()), now_) && holds(trusted_, authority);
  }

  void missing(std::string summary, std::vector<std::string> evidence,
               std::optional<Severity> severity = {}) {
    found_.add("CONFIG_CA_MISSING", scope_of(peer_, of_), std::move(summary), std::move(evidence),
               severity);
  }

  ClusterManifests const& of_;
  ClusterManifests const& peer_;
  CertificateSet const& trusted_;
  UnixTime now_;
  ConfigFindings& found_;
  CertificateSet const* theirs_{};           ///< the peer's bundle
  bool ambiguous_{};                         ///< which authority is the peer's own is not known
  CertificateHandle const* current_{};       ///< that the peer signs with
  CertificateHandle const* first_to_end_{};  ///< of those on which the trust rests
};
}  // namespace

void check_mutual_trust(ClusterManifests const& of, ClusterManifests const& peer, UnixTime now,
                        ConfigFindings& found) {
  if (holds_any(of.trusted())) TrustInPeer{of, peer, now, found}.check();
}
}  // namespace leadline
