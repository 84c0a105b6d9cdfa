#include "probes/path_mtu_search.hpp"

#include "probes/core/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace leadline {
namespace {
// Ethernet, jumbo frames, and both less what PPPoE, GRE, VXLAN, Geneve, IPsec and VLAN tags take.
constexpr std::array<std::uint32_t, 25> usual_sizes{
    576,  1280, 1376, 1400, 1422, 1430, 1450, 1454, 1462, 1476, 1480, 1492, 1496,
    1500, 1504, 2000, 4000, 8192, 8850, 8900, 8942, 8950, 8958, 8996, 9000};
constexpr int search_copies = 2;
constexpr int named_copies = 6;  // of a size that a router says is too large
constexpr std::uint32_t ways = 16;
constexpr int most_rounds = 32;  // a path that contradicts itself for ever must not keep us
constexpr int most_lone_tries = 100;

// Together more than a second: an overflowing queue has drained, and a router that limits its ICMP
// errors says another.
constexpr std::array<std::chrono::milliseconds, 8> pauses{
    std::chrono::milliseconds{20},  std::chrono::milliseconds{40},  std::chrono::milliseconds{80},
    std::chrono::milliseconds{120}, std::chrono::milliseconds{160}, std::chrono::milliseconds{200},
    std::chrono::milliseconds{200}, std::chrono::milliseconds{250}};
constexpr int looks_at_ceiling = 2;
/// A limit that chance made up is reported once in so many: a mesh has thousands of pairs.
constexpr double tolerable_error = 1e-5;
}  // namespace

PathMtuSearch::PathMtuSearch(Family family, std::uint32_t smallest, std::uint32_t ceiling)
    : family_{family}, smallest_{smallest}, ceiling_{std::max(smallest, ceiling)} {}

PathMtuSearch::Round PathMtuSearch::next() const {
  if (rounds_ >= most_rounds || lone_tries_ >= most_lone_tries || settled()) return {};
  if (rounds_ == 0) return {.sizes = common_sizes(), .copies = search_copies};
  if (confirmed_ == 0) return {};  // not even the sentinel came through: there is no edge
  if (ceiling_looks_ > 0) return lone(ceiling_);
  auto const lost = smallest_lost() == 0 ? ceiling_ + 1 : smallest_lost();
  if (lost - confirmed_ > 1)
    return {.sizes = between(confirmed_, lost), .copies = search_copies, .gently = true};
  if (named_by_router(lost)) return {.sizes = {lost}, .copies = named_copies};
  return lone(lost);
}

void PathMtuSearch::learn(Round const& round, Outcome const& outcome) {
  bool const was_lost = !lost_.empty() && smallest_lost() <= ceiling_;
  auto const edge = smallest_lost();
  signalled_.insert(outcome.signalled.begin(), outcome.signalled.end());
  if (!outcome.confirmed.empty()) confirmed_ = std::max(confirmed_, *outcome.confirmed.rbegin());
  if (!outcome.too_big_here.empty())
    ceiling_ = std::max(confirmed_, std::min(ceiling_, *outcome.too_big_here.begin() - 1));
  if (round.control_octets != 0) {
    learn_lone(round, outcome);
  } else {
    ++rounds_;
    anew_ = false;
  }
  for (auto const size : round.sizes) lost_[size].copies += round.copies;
  // What arrived proves that everything smaller would: losses below it were chance.
  std::erase_if(
      lost_, [&](auto const& lost) { return lost.first <= confirmed_ || lost.first > ceiling_; });
  if (was_lost && edge <= confirmed_) doubt_bursts();
  if (confirmed_ >= ceiling_ || lone_tries_of(ceiling_) >= pauses.size()) ceiling_looks_ = 0;
}

/// One loss was by chance: then others may have been as well, up to the ceiling.
void PathMtuSearch::doubt_bursts() {
  ceiling_looks_ = looks_at_ceiling;
  anew_ = true;
  std::erase_if(lost_, [](auto const& lost) { return lost.second.alone == 0; });
}

void PathMtuSearch::learn_lone(Round const& round, Outcome const& outcome) {
  ++lone_tries_;
  if (!outcome.control_arrived) ++lost_controls_;
  auto const size = round.sizes.front();
  if (size == ceiling_ && ceiling_looks_ > 0) --ceiling_looks_;
  auto& lost = lost_[size];
  ++lost.alone;
  // A much smaller one fits into a queue where this one does not.
  if (outcome.control_arrived && round.control_octets + 1 == size) ++lost.beside;
}

bool PathMtuSearch::settled() const {
  if (rounds_ == 0 || confirmed_ == 0) return false;
  if (confirmed_ >= ceiling_) return true;
  auto const lost = smallest_lost();
  return lost == confirmed_ + 1 && sure(lost);
}

PathMtuSearch::Round PathMtuSearch::lone(std::uint32_t size) const {
  return {.sizes = {size},
          .copies = 1,
          .control_octets = confirmed_,
          .pause = pauses.at(std::min(lone_tries_of(size), pauses.size() - 1))};
}

std::size_t PathMtuSearch::lone_tries_of(std::uint32_t size) const {
  auto const found = lost_.find(size);
  return found == lost_.end() ? 0 : static_cast<std::size_t>(found->second.alone);
}

/// So many lone ones were lost beside a smaller one that arrived that chance does not explain it,
/// by what it took of the smaller ones.
bool PathMtuSearch::sure(std::uint32_t size) const {
  auto const found = lost_.find(size);
  if (found == lost_.end()) return false;
  auto const& [copies, alone, beside] = found->second;
  if (named_by_router(size)) return copies >= search_copies + named_copies;
  if (beside < static_cast<int>(pauses.size())) return false;
  double const loss = (lost_controls_ + 1.0) / (lone_tries_ + 2.0);  // Laplace's rule
  return std::pow(loss, beside) <= tolerable_error;
}

bool PathMtuSearch::named_by_router(std::uint32_t lost) const {
  return signalled_.contains(lost - 1);
}

std::uint32_t PathMtuSearch::smallest_lost() const {
  return lost_.empty() ? 0 : lost_.begin()->first;
}

std::vector<std::uint32_t> PathMtuSearch::common_sizes() const {
  std::vector<std::uint32_t> sizes;
  auto const least = family_ == Family::ipv6 ? least_ipv6_mtu.octets : smallest_;
  std::ranges::copy_if(usual_sizes, std::back_inserter(sizes), [&](std::uint32_t size) {
    return size >= least && size > smallest_ && size < ceiling_;
  });
  sizes.push_back(ceiling_);
  std::ranges::reverse(sizes);
  return sizes;
}

/// Sizes strictly between, spread evenly; only the one that a router named and the next if one did;
/// the usual ones again where bursts were in doubt.
std::vector<std::uint32_t> PathMtuSearch::between(std::uint32_t low, std::uint32_t high) const {
  std::vector<std::uint32_t> sizes;
  auto const named = signalled_.lower_bound(low);
  auto const inside = high - low - 1;
  if (named != signalled_.end() && *named < high) {
    if (*named + 1 < high) sizes.push_back(*named + 1);
    if (*named > low) sizes.push_back(*named);
    return sizes;
  }
  if (anew_)
    std::ranges::copy_if(common_sizes(), std::back_inserter(sizes),
                         [&](std::uint32_t size) { return size > low && size < high; });
  if (!sizes.empty()) return sizes;
  auto const count = std::min(inside, ways);
  for (std::uint32_t i = count; i >= 1; --i)
    sizes.push_back(low + ((inside + 1) * i / (count + 1)));
  return sizes;
}
}  // namespace leadline
