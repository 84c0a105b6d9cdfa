#pragma once
#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leadline {

/// Splits a byte stream into frames: a length of 4 octets in network order, then that many octets.
/// No I/O: feed() it what arrived, however it was cut, and take frames while there are any.
class FrameReader {
 public:
  static constexpr std::size_t header_octets = 4;

  explicit FrameReader(std::uint32_t limit) : limit_{limit} {}

  void feed(std::string_view octets) { pending_.append(octets); }

  /// The next whole frame, or nothing yet. An announced length of zero or above the limit is an
  /// error for good: where the next frame begins can no longer be known.
  tl::expected<std::optional<std::string>, std::string> next();

 private:
  std::uint32_t limit_;
  std::string pending_;
  std::size_t consumed_{};
};

/// The payload with its length in front. Throws std::length_error above 4 GiB.
std::string frame(std::string_view payload);
}  // namespace leadline
