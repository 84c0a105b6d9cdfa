#include "probes/receive_room.hpp"

namespace leadline {
namespace {
constexpr std::size_t page_octets = 4096;
}  // namespace

ReceiveRoom::ReceiveRoom(std::size_t octets)
    : octets_{octets},
      // NOLINTNEXTLINE(modernize-avoid-c-arrays)
      memory_{std::make_unique_for_overwrite<std::byte[]>(octets + 2 * page_octets)} {
  void* begin = memory_.get();
  std::size_t room = octets + 2 * page_octets;
  begin_ = static_cast<std::byte*>(std::align(page_octets, octets, begin, room));
}

std::span<std::byte> ReceiveRoom::next(std::uint64_t position) {
  // Our own sender's octets lie at the offset in their page that they have in the stream: half a
  // page from that is far from it. Others' are anywhere: so no place is kept for two calls.
  constexpr std::size_t steps = 32;
  constexpr std::size_t step_octets = 64;
  auto const shift = (page_octets / 4) + (step_octets * (calls_++ % steps));
  return {begin_ + ((position + shift) % page_octets), octets_};
}
}  // namespace leadline
