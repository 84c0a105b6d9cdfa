#pragma once
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// The next address up; nothing above the highest of the family.
std::optional<boost::asio::ip::address> after(boost::asio::ip::address const& address);
std::optional<boost::asio::ip::address> before(boost::asio::ip::address const& address);
/// The one that lies so many further up.
std::optional<boost::asio::ip::address> above(boost::asio::ip::address const& address,
                                              std::uint64_t distance);

/// From `first` to `last`, both of one family and both within.
struct AddressRange {
  boost::asio::ip::address first;
  boost::asio::ip::address last;
  bool operator==(AddressRange const&) const = default;
};

std::string format(AddressRange const& range);

/// A network: all addresses that begin with the same bits.
struct AddressBlock {
  boost::asio::ip::address network;  ///< its lowest address
  int prefix_length{};
  bool operator==(AddressBlock const&) const = default;

  [[nodiscard]] AddressRange range() const;
  [[nodiscard]] bool contains(boost::asio::ip::address const& address) const;
  [[nodiscard]] bool overlaps(AddressBlock const& other) const;
};

std::string format(AddressBlock const& block);

/// "10.200.5.0/24", also with bits set behind the prefix. Nothing if it is not a network.
std::optional<AddressBlock> parse_block(std::string_view text);
/// "10.200.5.7", also with a prefix length behind it.
std::optional<boost::asio::ip::address> parse_address(std::string_view text);

/// A set of addresses, kept as ranges that neither touch nor overlap.
class AddressSet {
 public:
  void add(AddressRange const& range);
  void remove(AddressRange const& range);

  [[nodiscard]] bool empty() const { return ranges_.empty(); }

  [[nodiscard]] bool contains(boost::asio::ip::address const& address) const;
  /// How many; 2^64 - 1 also stands for more.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] AddressSet common_with(AddressSet const& other) const;
  [[nodiscard]] AddressSet without(AddressSet const& other) const;

  /// In ascending order, IPv4 first.
  [[nodiscard]] std::vector<AddressRange> const& ranges() const { return ranges_; }

 private:
  std::vector<AddressRange> ranges_;
};

/// "10.0.0.1 to 10.0.0.9, 10.0.0.12"; the first few of many.
std::string format(AddressSet const& set);
}  // namespace leadline
