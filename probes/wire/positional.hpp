#pragma once
#include "probes/core/json.hpp"

#include <boost/pfr.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <vector>

namespace leadline {

/// Plain structs as JSON arrays of their fields, in the order of declaration: for what goes by the
/// hundred thousand between programs of one protocol version. A quarter of the octets that named
/// fields take, and of the time to read them (bench/RESULTS.md).
class Positional {
 public:
  template <class T>
  static nlohmann::json write(T const& value) {
    return from(value);
  }

  /// Throws nlohmann::json::exception or std::invalid_argument on what `write` would not write.
  template <class T>
  static T read(nlohmann::json const& j) {
    T value{};
    to(j, value);
    return value;
  }

 private:
  template <class T>
  static constexpr bool names_parts = requires(T& value) { parts_of(value); };

  template <class T>
  static nlohmann::json from(std::optional<T> const& value) {
    return value ? from(*value) : nlohmann::json{};
  }

  template <class T>
  static nlohmann::json from(std::vector<T> const& values) {
    auto array = nlohmann::json::array();
    for (auto const& value : values) array.push_back(from(value));
    return array;
  }

  template <class T>
  static nlohmann::json from(T const& value) {
    if constexpr (names_parts<T const>) {
      return from_tuple(parts_of(value));
    } else if constexpr (std::is_aggregate_v<T>) {
      return from_tuple(boost::pfr::structure_tie(value));
    } else {
      return value;
    }
  }

  template <class... Fields>
  static nlohmann::json from_tuple(std::tuple<Fields const&...> const& fields) {
    auto array = nlohmann::json::array();
    std::apply([&](auto const&... field) { (array.push_back(from(field)), ...); }, fields);
    return array;
  }

  template <class T>
  static void to(nlohmann::json const& j, std::optional<T>& value) {
    if (!j.is_null()) to(j, value.emplace());
  }

  template <class T>
  static void to(nlohmann::json const& j, std::vector<T>& values) {
    if (!j.is_array()) throw std::invalid_argument{"an array is missing"};
    values.reserve(j.size());
    for (auto const& item : j) to(item, values.emplace_back());
  }

  template <class T>
  static void to(nlohmann::json const& j, T& value) {
    if constexpr (names_parts<T>) {
      to_tuple(j, parts_of(value));
    } else if constexpr (std::is_aggregate_v<T>) {
      to_tuple(j, boost::pfr::structure_tie(value));
    } else {
      j.get_to(value);
    }
  }

  template <class... Fields>
  static void to_tuple(nlohmann::json const& j, std::tuple<Fields&...> fields) {
    constexpr auto count = sizeof...(Fields);
    if (!j.is_array() || j.size() != count)
      throw std::invalid_argument{fmt::format("an array of {} fields is missing", count)};
    auto at = j.begin();
    std::apply([&](auto&... field) { (to(*at++, field), ...); }, fields);
  }
};
}  // namespace leadline
