#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace leadline {
namespace {
struct Unit {
  std::string_view name;
  double factor;
};

/// A number and one unit, and nothing else: "9.4Gbit". Neither sign, exponent nor white space.
struct Quantity {
  double number{};
  std::string_view unit;
};

std::optional<Quantity> split(std::string_view text) {
  auto const end = text.find_first_not_of("0123456789.");
  auto const digits = text.substr(0, end);
  if (digits.empty() || digits.front() == '.' || digits.back() == '.') return std::nullopt;
  Quantity quantity;
  auto const* const last = digits.data() + digits.size();
  // from_chars is given the end: it needs no null. NOLINTNEXTLINE(*-stringview-data-usage)
  auto const [stop, error] = std::from_chars(digits.data(), last, quantity.number);
  if (error != std::errc{} || stop != last) return std::nullopt;
  if (end != std::string_view::npos) quantity.unit = text.substr(end);
  return quantity;
}

tl::expected<double, std::string> scale(std::string_view text, std::span<Unit const> units,
                                        double limit, std::string_view allowed) {
  auto const quantity = split(text);
  for (Unit const& unit : units) {
    if (!quantity || quantity->unit != unit.name) continue;
    auto const value = quantity->number * unit.factor;
    if (value < limit) return value;
    return tl::unexpected(fmt::format("'{}' is too large: {}", text, allowed));
  }
  return tl::unexpected(fmt::format("'{}' is not {}", text, allowed));
}
}  // namespace

tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text) {
  constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1e3}, Unit{"m", 60e3}, Unit{"h", 3600e3}};
  constexpr double hundred_years = 100 * 365.0 * 86400e3;
  constexpr std::string_view allowed =
      "a duration: a number and one of the units ms, s, m or h, such as 250ms, 10s, 5m";
  auto const value = scale(text, units, hundred_years, allowed);
  if (!value) return tl::unexpected(value.error());
  if (*value > 0 && *value < 1)
    return tl::unexpected(fmt::format("'{}' is too short: 1ms is the least", text));
  return std::chrono::milliseconds{std::llround(*value)};
}

tl::expected<BitRate, std::string> parse_rate(std::string_view text) {
  constexpr std::array units{Unit{"bit", 1}, Unit{"kbit", 1e3}, Unit{"Mbit", 1e6},
                             Unit{"Gbit", 1e9}, Unit{"Tbit", 1e12}};
  constexpr std::string_view allowed =
      "a rate: a number and one of bit, kbit, Mbit, Gbit or Tbit (a second), such as 400Mbit";
  auto const per_second = std::string_view{"/s"};
  auto stem = text;
  if (stem.ends_with(per_second)) stem.remove_suffix(per_second.size());
  auto const value = scale(stem, units, 1e15, allowed);
  if (!value) return tl::unexpected(value.error());
  return BitRate{*value};
}

tl::expected<Bytes, std::string> parse_size(std::string_view text) {
  constexpr double k = 1024;
  constexpr std::array units{
      Unit{"B", 1},       Unit{"kB", 1e3},        Unit{"MB", 1e6},
      Unit{"GB", 1e9},    Unit{"TB", 1e12},       Unit{"KiB", k},
      Unit{"MiB", k * k}, Unit{"GiB", k * k * k}, Unit{"TiB", k * k * k * k}};
  constexpr double exact = 9007199254740992;  // 2^53: above, a double skips octets
  constexpr std::string_view allowed =
      "a size: a number and one of B, kB, MB, GB, TB (decimal) or KiB, MiB, GiB, TiB (binary), "
      "such as 256KiB, 2GB";
  auto const value = scale(text, units, exact, allowed);
  if (!value) return tl::unexpected(value.error());
  return Bytes{static_cast<std::uint64_t>(std::llround(*value))};
}

namespace {
/// "9.4 G", "400 M": at most one decimal, and none from 100 on or where it would be zero.
std::string with_prefix(double value, std::string_view unit) {
  constexpr std::array<std::string_view, 6> prefixes{"", "k", "M", "G", "T", "P"};
  std::size_t step = 0;
  while (value >= 999.5 && step + 1 < prefixes.size()) {
    value /= 1000;
    ++step;
  }
  auto const rounded = std::round(value * 10) / 10;
  bool const whole = rounded >= 100 || rounded == std::floor(rounded);
  return fmt::format("{:.{}f} {}{}", rounded, whole ? 0 : 1, prefixes.at(step), unit);
}
}  // namespace

std::string format(BitRate rate) {
  return with_prefix(rate.per_second, "bit/s");
}

std::string format(Bytes size) {
  return with_prefix(static_cast<double>(size.count), "B");
}

std::string format(std::chrono::nanoseconds duration) {
  auto const seconds = std::chrono::duration<double>(duration).count();
  // The least there is has no negative.
  if (seconds < 0) return "-" + format(-std::max(duration, -std::chrono::nanoseconds::max()));
  if (seconds == 0) return "0 s";
  if (seconds < 999.5e-9) return fmt::format("{} ns", duration.count());
  if (seconds < 999.5e-6) return fmt::format("{:.3g} us", seconds * 1e6);
  if (seconds < 999.5e-3) return fmt::format("{:.3g} ms", seconds * 1e3);
  if (seconds < 59.95) return fmt::format("{:.3g} s", seconds);
  auto const whole = std::llround(seconds);
  auto const two = [](long long large, std::string_view unit, long long small,
                      std::string_view rest) {
    return small == 0 ? fmt::format("{} {}", large, unit)
                      : fmt::format("{} {} {} {}", large, unit, small, rest);
  };
  if (whole < 3600) return two(whole / 60, "min", whole % 60, "s");
  return two(whole / 3600, "h", whole % 3600 / 60, "min");
}

std::string format_microseconds(double us) {
  constexpr double month_us = 30 * 86400e6;
  auto const within = std::isfinite(us) ? std::clamp(us, -month_us, month_us) : month_us;
  return format(std::chrono::nanoseconds{static_cast<std::int64_t>(within * 1000)});
}
}  // namespace leadline
