#pragma once
#include <charconv>
#include <optional>
#include <string_view>

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
}  // namespace leadline
