#pragma once
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace leadline {

/// Writes integers in network order into a fixed array. The caller has sized it.
class OctetWriter {
 public:
  explicit OctetWriter(std::span<std::byte> out) : out_{out} {}

  template <std::unsigned_integral T>
  void put(T value) {
    for (std::size_t i = sizeof(T); i-- > 0;)
      out_[position_++] = static_cast<std::byte>((std::uint64_t{value} >> (8 * i)) & 0xffU);
  }

  void put(std::span<std::byte const> raw) {
    std::ranges::copy(raw, out_.subspan(position_).begin());
    position_ += raw.size();
  }

  /// 16 octets; IPv4 as v4-mapped (RFC 4291, 2.5.5.2); an unset address is all zero.
  void put(boost::asio::ip::address const& address);

  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  std::span<std::byte> out_;
  std::size_t position_{};
};

/// Reads what OctetWriter wrote. The caller has checked the length.
class OctetReader {
 public:
  explicit OctetReader(std::span<std::byte const> in) : in_{in} {}

  template <std::unsigned_integral T>
  T get() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      value = (value << 8U) | std::to_integer<std::uint64_t>(in_[position_++]);
    return static_cast<T>(value);
  }

  template <std::size_t N>
  std::array<std::byte, N> get_octets() {
    std::array<std::byte, N> raw{};
    std::ranges::copy(in_.subspan(position_, N), raw.begin());
    position_ += N;
    return raw;
  }

  boost::asio::ip::address get_address();

  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  std::span<std::byte const> in_;
  std::size_t position_{};
};
}  // namespace leadline
