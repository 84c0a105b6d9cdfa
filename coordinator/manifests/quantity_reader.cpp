#include "coordinator/manifests/migration_settings.hpp"
#include "coordinator/manifests/number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace leadline {

std::optional<double> parse_quantity(std::string_view text) {
  auto const end_of_number = text.find_first_not_of("0123456789.");
  auto const number = parse_number<double>(text.substr(0, end_of_number), std::chars_format::fixed);
  if (!number) return std::nullopt;
  auto const suffix = text.substr(std::min(end_of_number, text.size()));
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
      return *number * factor < largest ? std::optional{*number * factor} : std::nullopt;
  if (!suffix.starts_with('e') && !suffix.starts_with('E')) return std::nullopt;
  auto const exponent = parse_number<int>(suffix.substr(suffix.substr(1).starts_with('+') ? 2 : 1));
  constexpr int most = 18;
  if (!exponent || *exponent > most || *exponent < -most) return std::nullopt;
  auto const value = *number * std::pow(10.0, *exponent);
  return value < largest ? std::optional{value} : std::nullopt;
}
}  // namespace leadline
