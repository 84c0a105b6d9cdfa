#include "coordinator/manifests/migration_settings.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace leadline {

std::optional<double> parse_quantity(std::string_view text) {
  double number{};
  auto const* const end = text.data() + text.size();
  auto const [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string_view const suffix{rest, static_cast<std::size_t>(end - rest)};
  constexpr std::array<std::pair<std::string_view, double>, 16> suffixes{{
      {"", 1},
      {"n", 1e-9},
      {"u", 1e-6},
      {"m", 1e-3},
      {"k", 1e3},
      {"M", 1e6},
      {"G", 1e9},
      {"T", 1e12},
      {"P", 1e15},
      {"E", 1e18},
      {"Ki", 0x1p10},
      {"Mi", 0x1p20},
      {"Gi", 0x1p30},
      {"Ti", 0x1p40},
      {"Pi", 0x1p50},
      {"Ei", 0x1p60},
  }};
  constexpr double largest = 0x1p63;  // resource.Quantity holds an int64
  for (auto const& [name, factor] : suffixes)
    if (suffix == name)
      return number * factor < largest ? std::optional{number * factor} : std::nullopt;
  if (!suffix.starts_with('e') && !suffix.starts_with('E')) return std::nullopt;
  int exponent{};
  auto const digits = suffix.substr(suffix.substr(1).starts_with('+') ? 2 : 1);
  auto const [last, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (failure != std::errc{} || last != end || std::abs(exponent) > 18) return std::nullopt;
  auto const value = number * std::pow(10.0, exponent);
  return value < largest ? std::optional{value} : std::nullopt;
}
}  // namespace leadline
