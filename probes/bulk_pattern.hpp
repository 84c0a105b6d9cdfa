#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace leadline {

/// What every stream of a bulk test sends over and over: 1 MiB that no link can compress, the same
/// on every node and never written to while it is in use, so that the kernel may send the pages
/// themselves. Any thread; what it gives is good for as long as a BulkPatternUse is held, or while
/// there is none.
std::span<std::byte const> bulk_pattern();

/// Held by each stream that sends or checks the pattern: its memory goes back to the kernel with
/// the last, and bulk_pattern() makes it anew. Octets that were given to the kernel stay what they
/// are.
class BulkPatternUse {
 public:
  BulkPatternUse();
  ~BulkPatternUse();
  BulkPatternUse(BulkPatternUse const&) = delete;
  BulkPatternUse& operator=(BulkPatternUse const&) = delete;
  BulkPatternUse(BulkPatternUse&&) = delete;
  BulkPatternUse& operator=(BulkPatternUse&&) = delete;
};

/// Is what arrives on one stream the pattern? Fed with all of it, in order.
class PatternCheck {
 public:
  /// False from the first octet on that is another.
  bool accept(std::span<std::byte const> arrived);

  /// "octet 4711 of the stream is 0x00 instead of 0xa5"; empty: none.
  [[nodiscard]] std::string const& mismatch() const { return mismatch_; }

 private:
  std::uint64_t position_{};
  std::string mismatch_;
};
}  // namespace leadline
