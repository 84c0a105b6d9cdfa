#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// One line of /proc/sys, by its name: "net.ipv4.tcp_rmem". Empty if it cannot be read.
std::string sysctl(std::string_view name);
/// Its numbers, in order; empty if it cannot be read.
std::vector<std::uint64_t> sysctl_numbers(std::string_view name);
}  // namespace leadline
