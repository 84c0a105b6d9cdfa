#pragma once
#include "probes/core/checked_json.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace leadline {

/// All of the text as a number; nothing if it is none or does not fit. `format` is the base of a
/// whole one, or the std::chars_format of another.
template <class Number, class... Format>
std::optional<Number> parse_number(std::string_view text, Format... format) {
  Number number{};
  auto const [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, format...);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// What stands there, if it is a whole number that fits.
inline std::optional<long> whole_number(nlohmann::json const& value) {
  if (!value.is_number_integer()) return std::nullopt;
  auto const* const large = value.get_ptr<nlohmann::json::number_unsigned_t const*>();
  if (large != nullptr && !std::in_range<long>(*large)) return std::nullopt;
  return value.get<long>();
}
}  // namespace leadline
