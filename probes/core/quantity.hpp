#pragma once
#include "probes/core/units.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace leadline {

/// Reads "250ms", "10s", "5m", "2h" (a whole or decimal number and one unit). The error says what
/// is allowed.
tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text);

/// Reads "400Mbit", "10Gbit", "9.4Gbit", also with "/s": decimal prefixes k, M, G, T.
tl::expected<BitRate, std::string> parse_rate(std::string_view text);

/// Reads "256KiB", "2GB", "1500B": decimal where written kB/MB/GB/TB, binary where written
/// KiB/MiB/GiB/TiB.
tl::expected<Bytes, std::string> parse_size(std::string_view text);

/// "9.4 Gbit/s", "400 Mbit/s".
std::string format(BitRate rate);
/// "2.0 GB", "256 kB": decimal.
std::string format(Bytes size);
/// "250 ms", "1.5 s", "2 min 5 s".
std::string format(std::chrono::nanoseconds duration);
/// The same of a figure that came from outside: within a month either way, whatever it says.
std::string format_microseconds(double us);
}  // namespace leadline
