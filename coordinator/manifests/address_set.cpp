#include "coordinator/manifests/address_set.hpp"

#include "coordinator/manifests/number.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

/// As 16 octets, IPv4 in the last four.
using Octets = std::array<unsigned char, 16>;

Octets octets_of(ip::address const& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  Octets octets{};
  std::ranges::copy(address.to_v4().to_bytes(), octets.begin() + 12);
  return octets;
}

ip::address address_of(Octets const& octets, ip::address const& like) {
  if (like.is_v6()) return ip::address_v6{octets, like.to_v6().scope_id()};
  return ip::address_v4{{octets[12], octets[13], octets[14], octets[15]}};
}

int bits_of(ip::address const& address) {
  return address.is_v4() ? 32 : 128;
}

/// With all bits behind the prefix set, or none.
ip::address filled(ip::address const& address, int prefix_length, bool set) {
  auto octets = octets_of(address);
  for (int bit = 128 - bits_of(address) + prefix_length; bit < 128; ++bit) {
    auto& octet = octets.at(static_cast<std::size_t>(bit / 8));
    auto const mask = static_cast<unsigned char>(0x80U >> static_cast<unsigned>(bit % 8));
    octet = static_cast<unsigned char>(set ? octet | mask : octet & ~mask);
  }
  return address_of(octets, address);
}

/// last - first + 1, or the largest number.
std::uint64_t count(AddressRange const& range) {
  auto const first = octets_of(range.first);
  auto const last = octets_of(range.last);
  std::uint64_t difference = 0;
  int borrow = 0;
  bool beyond = false;
  for (std::size_t i = 16; i-- > 0;) {
    int digit = last.at(i) - first.at(i) - borrow;
    borrow = digit < 0 ? 1 : 0;
    digit += borrow * 256;
    if (i >= 8)
      difference |= static_cast<std::uint64_t>(digit) << ((15 - i) * 8);
    else
      beyond = beyond || digit != 0;
  }
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  return beyond || difference == most ? most : difference + 1;
}
}  // namespace

std::optional<ip::address> after(ip::address const& address) {
  auto octets = octets_of(address);
  auto const lowest = static_cast<std::size_t>(128 - bits_of(address)) / 8;
  for (std::size_t i = 16; i-- > lowest;)
    if (++octets.at(i) != 0) return address_of(octets, address);
  return std::nullopt;
}

std::optional<ip::address> before(ip::address const& address) {
  auto octets = octets_of(address);
  auto const lowest = static_cast<std::size_t>(128 - bits_of(address)) / 8;
  for (std::size_t i = 16; i-- > lowest;)
    if (octets.at(i)-- != 0) return address_of(octets, address);
  return std::nullopt;
}

std::optional<ip::address> above(ip::address const& address, std::uint64_t distance) {
  if (address.is_v4()) {
    constexpr std::uint64_t highest = 0xffffffff;
    if (distance > highest - address.to_v4().to_uint()) return std::nullopt;
    return ip::address_v4{static_cast<std::uint32_t>(address.to_v4().to_uint() + distance)};
  }
  auto octets = octets_of(address);
  std::uint64_t carry = distance;
  for (std::size_t i = octets.size(); i-- > 0 && carry != 0;) {
    // The sum of the lowest octets alone, so that nothing is lost above.
    auto const sum = (carry & 0xffU) + octets.at(i);
    octets.at(i) = static_cast<unsigned char>(sum & 0xffU);
    carry = (carry >> 8U) + (sum >> 8U);
    if (i == 0 && carry != 0) return std::nullopt;
  }
  return address_of(octets, address);
}

std::string format(AddressRange const& range) {
  return range.first == range.last
             ? range.first.to_string()
             : fmt::format("{} to {}", range.first.to_string(), range.last.to_string());
}

AddressRange AddressBlock::range() const {
  return {network, filled(network, prefix_length, true)};
}

bool AddressBlock::contains(ip::address const& address) const {
  return address.is_v4() == network.is_v4() &&
         filled(address, prefix_length, false) == filled(network, prefix_length, false);
}

bool AddressBlock::overlaps(AddressBlock const& other) const {
  return contains(other.network) || other.contains(network);
}

std::string format(AddressBlock const& block) {
  return fmt::format("{}/{}", block.network.to_string(), block.prefix_length);
}

std::optional<AddressBlock> parse_block(std::string_view text) {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  auto const address = ip::make_address(std::string{text.substr(0, slash)}, error);
  if (error) return std::nullopt;
  auto const length = parse_number<int>(text.substr(slash + 1));
  if (!length || *length < 0 || *length > bits_of(address)) return std::nullopt;
  return AddressBlock{filled(address, *length, false), *length};
}

std::optional<ip::address> parse_address(std::string_view text) {
  if (text.find('/') != std::string_view::npos && !parse_block(text)) return std::nullopt;
  boost::system::error_code error;
  auto address = ip::make_address(std::string{text.substr(0, text.find('/'))}, error);
  if (error) return std::nullopt;
  return address;
}

void AddressSet::add(AddressRange const& range) {
  if (range.first.is_v4() != range.last.is_v4() || range.last < range.first) return;
  remove(range);
  auto whole = range;
  // Neighbours that now touch it become part of it.
  std::erase_if(ranges_, [&](AddressRange const& other) {
    if (other.first.is_v4() != whole.first.is_v4()) return false;
    if (after(other.last) == whole.first) {
      whole.first = other.first;
      return true;
    }
    if (before(other.first) == whole.last) {
      whole.last = other.last;
      return true;
    }
    return false;
  });
  auto const place = std::ranges::find_if(ranges_, [&](AddressRange const& other) {
    return whole.first < other.first;  // Asio: IPv4 before IPv6
  });
  ranges_.insert(place, whole);
}

void AddressSet::remove(AddressRange const& range) {
  if (range.first.is_v4() != range.last.is_v4() || range.last < range.first) return;
  std::vector<AddressRange> rest;
  for (auto const& old : ranges_) {
    if (old.first.is_v4() != range.first.is_v4() || old.last < range.first ||
        range.last < old.first) {
      rest.push_back(old);
      continue;
    }
    if (old.first < range.first)
      rest.push_back({old.first, before(range.first).value_or(range.first)});
    if (range.last < old.last) rest.push_back({after(range.last).value_or(range.last), old.last});
  }
  ranges_ = std::move(rest);
}

bool AddressSet::contains(ip::address const& address) const {
  return std::ranges::any_of(ranges_, [&](AddressRange const& range) {
    return range.first.is_v4() == address.is_v4() && range.first <= address &&
           address <= range.last;
  });
}

std::uint64_t AddressSet::size() const {
  std::uint64_t total = 0;
  for (auto const& range : ranges_) {
    auto const more = count(range);
    if (total + more < total) return std::numeric_limits<std::uint64_t>::max();
    total += more;
  }
  return total;
}

AddressSet AddressSet::common_with(AddressSet const& other) const {
  AddressSet common;
  for (auto const& mine : ranges_)
    for (auto const& theirs : other.ranges_)
      if (mine.first.is_v4() == theirs.first.is_v4())
        common.add({std::max(mine.first, theirs.first), std::min(mine.last, theirs.last)});
  return common;
}

AddressSet AddressSet::without(AddressSet const& other) const {
  auto rest = *this;
  for (auto const& theirs : other.ranges_) rest.remove(theirs);
  return rest;
}

std::string format(AddressSet const& set) {
  constexpr std::size_t most = 4;
  std::vector<std::string> shown;
  for (auto const& range : set.ranges()) {
    if (shown.size() == most) {
      shown.push_back(fmt::format("and {} ranges more", set.ranges().size() - most));
      break;
    }
    shown.push_back(format(range));
  }
  return fmt::format("{}", fmt::join(shown, ", "));
}
}  // namespace leadline
