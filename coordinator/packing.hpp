#pragma once
#include "coordinator/dictionary.hpp"

#include <boost/pfr.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

// Plain structs as few octets, and back: for memory only. Nothing but this process ever reads them,
// so the format has no version and no checks against malice.

namespace leadline {
namespace packing {
// A number goes seven bits an octet, the lowest first; the top bit says that more follow.
inline constexpr unsigned octet_bits = 7;
inline constexpr std::uint64_t octet_mask = 0x7f;
inline constexpr std::uint64_t more_follow = 0x80;

template <class T>
struct IsOptional : std::false_type {};

template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
struct IsVector : std::false_type {};

template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
}  // namespace packing

/// Appends values: numbers in as many octets as they need, words by their number.
class Packer {
 public:
  explicit Packer(Dictionary& dictionary) : dictionary_{dictionary} {}

  [[nodiscard]] std::span<std::byte const> octets() const { return octets_; }

  void clear() { octets_.clear(); }

  template <class T>
  void put(T const& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      put_text(value);
    } else if constexpr (std::is_enum_v<T>) {
      put_number(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      put_fraction(value);
    } else if constexpr (std::signed_integral<T>) {
      put_number(zigzag(value));
    } else if constexpr (std::integral<T>) {
      put_number(value);
    } else if constexpr (packing::IsOptional<T>::value) {
      put(value.has_value());
      if (value) put(*value);
    } else if constexpr (packing::IsVector<T>::value) {
      put_number(value.size());
      for (auto const& item : value) put(item);
    } else if constexpr (requires { parts_of(value); }) {
      std::apply([this](auto const&... part) { (this->put(part), ...); }, parts_of(value));
    } else {
      boost::pfr::for_each_field(value, [this](auto const& field) { this->put(field); });
    }
  }

 private:
  /// Small for small absolute values.
  static std::uint64_t zigzag(std::int64_t value) {
    auto const bits = static_cast<std::uint64_t>(value);
    return (bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0);
  }

  void put_number(std::uint64_t value);
  void put_fraction(double value);
  void put_text(std::string const& text);

  Dictionary& dictionary_;
  std::vector<std::byte> octets_;
};

/// Takes the values out again, in the same order and of the same types. Throws std::out_of_range
/// where there is nothing left.
class Unpacker {
 public:
  Unpacker(std::span<std::byte const> octets, Dictionary const& dictionary)
      : octets_{octets}, dictionary_{dictionary} {}

  [[nodiscard]] std::span<std::byte const> rest() const { return octets_; }

  template <class T>
  T get() {
    T value{};
    fill(value);
    return value;
  }

 private:
  template <class T>
  void fill(T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      fill_text(value);
    } else if constexpr (std::is_floating_point_v<T>) {
      value = static_cast<T>(fraction());
    } else if constexpr (std::signed_integral<T>) {
      auto const bits = number();
      value = static_cast<T>((bits >> 1U) ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
    } else if constexpr (std::integral<T> || std::is_enum_v<T>) {
      value = static_cast<T>(number());
    } else if constexpr (packing::IsOptional<T>::value) {
      if (get<bool>()) fill(value.emplace());
    } else if constexpr (packing::IsVector<T>::value) {
      for (auto left = number(); left > 0; --left) fill(value.emplace_back());
    } else if constexpr (requires { parts_of(value); }) {
      std::apply([this](auto&... part) { (this->fill(part), ...); }, parts_of(value));
    } else {
      boost::pfr::for_each_field(value, [this](auto& field) { this->fill(field); });
    }
  }

  std::span<std::byte const> take(std::size_t count) {
    if (octets_.size() < count) throw std::out_of_range{"a packed value ends early"};
    auto const taken = octets_.first(count);
    octets_ = octets_.subspan(count);
    return taken;
  }

  /// Inline, with take(): of all that a report is made from, most is small numbers.
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += packing::octet_bits) {
      auto const octet = std::to_integer<std::uint64_t>(take(1).front());
      value |= (octet & packing::octet_mask) << shift;
      if ((octet & packing::more_follow) == 0) return value;
    }
  }

  double fraction();
  void fill_text(std::string& text);

  std::span<std::byte const> octets_;
  Dictionary const& dictionary_;
};
}  // namespace leadline
