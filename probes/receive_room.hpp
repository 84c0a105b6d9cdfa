#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace leadline {

/// Memory that a stream is received into, again and again. The kernel copies with "rep movsb",
/// which AMD's Zen 3 and 4 do at a tenth of their speed where the target lies 1 to 31 octets
/// after the source in its page (glibc bug 30994); streams of whole pages over loopback and veth
/// fall into that, and then stay there, for a slow reader always finds a full read waiting. So
/// where the octets go depends on where in the stream they are, and moves a little each time.
class ReceiveRoom {
 public:
  /// For reads of so many octets; backed by memory only where it is touched.
  explicit ReceiveRoom(std::size_t octets);

  /// recv(2) with these flags of what comes next of the stream: nullopt where it failed, with
  /// errno; nothing at the stream's end.
  std::optional<std::span<std::byte>> receive(int descriptor, int flags);

 private:
  std::span<std::byte> next();

  std::size_t octets_;
  std::size_t calls_{};
  std::uint64_t received_{};
  // Not a vector: that would touch its pages. NOLINTNEXTLINE(modernize-avoid-c-arrays)
  std::unique_ptr<std::byte[]> memory_;
  std::byte* begin_;  ///< of its first whole page
};
}  // namespace leadline
