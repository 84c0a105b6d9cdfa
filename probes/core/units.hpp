#pragma once
#include <chrono>
#include <compare>
#include <cstdint>

namespace leadline {

/// How much data: octets of payload unless the name says otherwise.
struct Bytes {
  std::uint64_t count{};
  auto operator<=>(Bytes const&) const = default;

  friend constexpr Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }
};

/// How fast: bits (decimal, 1 Gbit/s = 10^9) per second.
struct BitRate {
  double per_second{};
  auto operator<=>(BitRate const&) const = default;
};

/// The largest IP packet, header included, in octets (RFC 1191, RFC 8200).
struct Mtu {
  std::uint32_t octets{};
  auto operator<=>(Mtu const&) const = default;
};

constexpr Mtu least_ipv6_mtu{1280};  ///< RFC 8200, section 5

constexpr BitRate operator/(Bytes n, std::chrono::duration<double> t) {
  return {static_cast<double>(n.count) * 8.0 / t.count()};
}

namespace literals {
constexpr Bytes operator""_B(unsigned long long n) {
  return {n};
}

constexpr Bytes operator""_KiB(unsigned long long n) {
  return {n << 10U};
}

constexpr Bytes operator""_MiB(unsigned long long n) {
  return {n << 20U};
}

constexpr BitRate operator""_Mbps(unsigned long long n) {
  return {static_cast<double>(n) * 1e6};
}

constexpr BitRate operator""_Gbps(unsigned long long n) {
  return {static_cast<double>(n) * 1e9};
}
}  // namespace literals
}  // namespace leadline
