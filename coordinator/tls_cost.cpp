#include "coordinator/tls_cost.hpp"

#include "probes/bulk_limit.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace leadline {
namespace {
/// Two tests of one kind on a quiet path differ by less.
constexpr double clearly_faster = 1.1;

KindThroughput const* plain_beside(KindThroughput const& tls,
                                   std::vector<KindThroughput> const& kinds) {
  KindThroughput const* plain = nullptr;
  for (auto const& tcp : kinds)
    if (tcp.kind.transport == Transport::tcp && tcp.kind.streams == tls.kind.streams &&
        (plain == nullptr || tcp.kind.mode == BulkMode::migration))
      plain = &tcp;
  return plain;
}

/// Nothing of TLS, nor of the network.
bool kept_from_outside(std::string_view limit) {
  constexpr std::array<std::string_view, 4> such{"rate_limit", "byte_limit", sender_starved,
                                                 receiver_starved};
  return std::ranges::find(such, limit) != such.end();
}

void name_tls_limit(PairThroughput& pair, KindThroughput const& plain) {
  auto const beside = std::ranges::find_if(plain.pairs, [&](PairThroughput const& other) {
    return other.source == pair.source && other.target == pair.target;
  });
  if (beside == plain.pairs.end() || kept_from_outside(pair.limit)) return;
  if (pair.rates.median <= 0 || beside->rates.median < clearly_faster * pair.rates.median) return;
  pair.limit = tls_limit;
  pair.limit_detail =
      fmt::format("the same path without TLS is faster by {:.0f} % ({} by {}); {}",
                  100 * (beside->rates.median / pair.rates.median - 1),
                  format(BitRate{beside->rates.median}), format(plain.kind), pair.limit_detail);
}
}  // namespace

std::vector<TlsCost> tls_costs(std::vector<KindThroughput> const& kinds) {
  std::vector<TlsCost> costs;
  for (auto const& tls : kinds) {
    if (tls.kind.transport != Transport::tls) continue;
    auto const* const plain = plain_beside(tls, kinds);
    if (plain != nullptr && plain->all.median > 0)
      costs.push_back({.streams = tls.kind.streams,
                       .against = plain->kind.mode,
                       .share = tls.all.median / plain->all.median});
  }
  return costs;
}

void name_tls_limits(std::vector<KindThroughput>& kinds) {
  for (auto& tls : kinds) {
    if (tls.kind.transport != Transport::tls) continue;
    auto const* const plain = plain_beside(tls, kinds);
    if (plain == nullptr) continue;
    for (auto& pair : tls.pairs) name_tls_limit(pair, *plain);
  }
}
}  // namespace leadline
