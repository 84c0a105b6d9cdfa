#pragma once
#include <boost/asio/ip/address.hpp>
#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace leadline {

/// An address range: "10.200.0.0/16", "fd00:200::/32".
class Network {
 public:
  /// The range of this length that holds `address`; the length is clamped to the family's.
  Network(boost::asio::ip::address const& address, int prefix_length);

  /// CIDR; a bare address means that one. The error says what is wrong.
  static tl::expected<Network, std::string> parse(std::string_view cidr);

  [[nodiscard]] bool contains(boost::asio::ip::address const& address) const;
  [[nodiscard]] std::string text() const;

 private:
  boost::asio::ip::address address_;
  int prefix_length_;
};
}  // namespace leadline
