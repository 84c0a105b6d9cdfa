#include "probes/receive_room.hpp"

#include <sys/socket.h>

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

std::span<std::byte> ReceiveRoom::next() {
  // Our own sender's octets lie at the offset in their page that they have in the stream: half a
  // page from that is far from it. Others' are anywhere: so no place is kept for two calls.
  constexpr std::size_t steps = 32;
  constexpr std::size_t step_octets = 64;
  auto const shift = (page_octets / 4) + (step_octets * (calls_++ % steps));
  return {begin_ + ((received_ + shift) % page_octets), octets_};
}

std::optional<std::span<std::byte>> ReceiveRoom::receive(int descriptor, int flags) {
  auto const room = next();
  auto const received = ::recv(descriptor, room.data(), room.size(), flags);
  if (received < 0) return std::nullopt;
  received_ += static_cast<std::uint64_t>(received);
  return room.first(static_cast<std::size_t>(received));
}
}  // namespace leadline
