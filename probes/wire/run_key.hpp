#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace leadline {

/// What lets the agents of one run know each other on the data plane: 32 random octets, handed out
/// over the control plane only. It signs with HMAC-SHA-256 (RFC 2104), truncated to 16 octets.
class RunKey {
 public:
  static constexpr std::size_t tag_octets = 16;
  using Tag = std::array<std::byte, tag_octets>;

  static RunKey random();
  /// 64 hexadecimal digits; throws std::invalid_argument otherwise.
  static RunKey from_hex(std::string_view hex);
  [[nodiscard]] std::string hex() const;

  [[nodiscard]] Tag sign(std::span<std::byte const> message) const;
  /// Constant time.
  [[nodiscard]] bool verifies(std::span<std::byte const> message,
                              std::span<std::byte const> tag) const;

  bool operator==(RunKey const&) const = default;

 private:
  std::array<std::byte, 32> octets_{};
};
}  // namespace leadline
