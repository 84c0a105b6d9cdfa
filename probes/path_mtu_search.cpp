#include "probes/path_mtu_search.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace leadline {
namespace {
// Ethernet, jumbo frames, and both less what PPPoE, GRE, VXLAN, Geneve, IPsec and VLAN tags take.
constexpr std::array<std::uint32_t, 25> usual_sizes{
    576,  1280, 1376, 1400, 1422, 1430, 1450, 1454, 1462, 1476, 1480, 1492, 1496,
    1500, 1504, 2000, 4000, 8192, 8850, 8900, 8942, 8950, 8958, 8996, 9000};
constexpr std::uint32_t smallest_ipv6_mtu = 1280;  // RFC 8200, 5
constexpr int search_copies = 2;
constexpr int confirm_copies = 6;
// At 10 % loss on the round trip 8 copies of one size vanish together once in 10^8.
constexpr int sure_copies = search_copies + confirm_copies;
constexpr std::uint32_t ways = 16;
constexpr int most_rounds = 32;  // a path that contradicts itself for ever must not keep us
}  // namespace

PathMtuSearch::PathMtuSearch(Family family, std::uint32_t smallest, std::uint32_t ceiling)
    : family_{family}, smallest_{smallest}, ceiling_{std::max(smallest, ceiling)} {}

PathMtuSearch::Round PathMtuSearch::next() const {
  if (rounds_ >= most_rounds || confirmed_ == ceiling_) return {};
  if (rounds_ == 0) return {.sizes = common_sizes(), .copies = search_copies};
  if (confirmed_ == 0) return {};  // not even the sentinel came through: there is no edge
  auto const lost = smallest_lost() == 0 ? ceiling_ + 1 : smallest_lost();
  if (lost - confirmed_ > 1) return {.sizes = between(confirmed_, lost), .copies = search_copies};
  if (lost <= ceiling_ && lost_copies_.at(lost) < sure_copies)
    return {.sizes = {lost}, .copies = confirm_copies};
  return {};
}

void PathMtuSearch::learn(Round const& round, Outcome const& outcome) {
  ++rounds_;
  signalled_.insert(outcome.signalled.begin(), outcome.signalled.end());
  if (!outcome.confirmed.empty()) confirmed_ = std::max(confirmed_, *outcome.confirmed.rbegin());
  if (!outcome.too_big_here.empty())
    ceiling_ = std::max(confirmed_, std::min(ceiling_, *outcome.too_big_here.begin() - 1));
  for (auto const size : round.sizes) lost_copies_[size] += round.copies;
  // What arrived proves that everything smaller would: losses below it were chance.
  std::erase_if(lost_copies_, [&](auto const& lost) {
    return lost.first <= confirmed_ || lost.first > ceiling_;
  });
}

std::uint32_t PathMtuSearch::smallest_lost() const {
  return lost_copies_.empty() ? 0 : lost_copies_.begin()->first;
}

std::vector<std::uint32_t> PathMtuSearch::common_sizes() const {
  std::vector<std::uint32_t> sizes;
  auto const least = family_ == Family::ipv6 ? smallest_ipv6_mtu : smallest_;
  std::ranges::copy_if(usual_sizes, std::back_inserter(sizes), [&](std::uint32_t size) {
    return size >= least && size > smallest_ && size < ceiling_;
  });
  sizes.push_back(ceiling_);
  std::ranges::reverse(sizes);
  return sizes;
}

/// Sizes strictly between, spread evenly; only the one that a router named and the next if one did.
std::vector<std::uint32_t> PathMtuSearch::between(std::uint32_t low, std::uint32_t high) const {
  std::vector<std::uint32_t> sizes;
  auto const named = signalled_.lower_bound(low);
  auto const inside = high - low - 1;
  if (named != signalled_.end() && *named < high) {
    if (*named + 1 < high) sizes.push_back(*named + 1);
    if (*named > low) sizes.push_back(*named);
    return sizes;
  }
  auto const count = std::min(inside, ways);
  for (std::uint32_t i = count; i >= 1; --i)
    sizes.push_back(low + ((inside + 1) * i / (count + 1)));
  return sizes;
}
}  // namespace leadline
