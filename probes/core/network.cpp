#include "probes/core/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

int bits_of(ip::address const& address) {
  return address.is_v4() ? 32 : 128;
}

bool same_prefix(std::span<unsigned char const> a, std::span<unsigned char const> b, int length) {
  for (std::size_t i = 0; i < a.size() && length > 0; ++i, length -= 8) {
    auto const mask = length >= 8 ? 0xffU : 0xffU << static_cast<unsigned>(8 - length);
    if (((a[i] ^ b[i]) & mask & 0xffU) != 0) return false;
  }
  return true;
}
}  // namespace

Network::Network(ip::address const& address, int prefix_length)
    : address_{address}, prefix_length_{std::clamp(prefix_length, 0, bits_of(address))} {}

tl::expected<Network, std::string> Network::parse(std::string_view cidr) {
  auto const slash = cidr.find('/');
  boost::system::error_code error;
  auto const address = ip::make_address(std::string{cidr.substr(0, slash)}, error);
  if (error)
    return tl::unexpected(
        fmt::format("'{}' is not an address range such as 10.200.0.0/16 or fd00::/64", cidr));
  if (slash == std::string_view::npos) return Network{address, bits_of(address)};
  auto const digits = cidr.substr(slash + 1);
  int length = -1;
  auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (failure != std::errc{} || end != digits.data() + digits.size() || length < 0 ||
      length > bits_of(address))
    return tl::unexpected(
        fmt::format("'{}' has no prefix length of 0 to {} after its '/'", cidr, bits_of(address)));
  return Network{address, length};
}

bool Network::contains(ip::address const& address) const {
  if (address.is_v4() != address_.is_v4()) return false;
  if (address.is_v4())
    return same_prefix(address.to_v4().to_bytes(), address_.to_v4().to_bytes(), prefix_length_);
  return same_prefix(address.to_v6().to_bytes(), address_.to_v6().to_bytes(), prefix_length_);
}

std::string Network::text() const {
  return fmt::format("{}/{}", address_.to_string(), prefix_length_);
}
}  // namespace leadline
