#include "probes/gathering_pause.hpp"

#include <algorithm>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <thread>

namespace leadline {
namespace {
using namespace std::chrono_literals;
/// As long as a NIC may hold packets back (rx-usecs, ethtool(8)): at 10 Gbit/s one large packet of
/// 64 KiB arrives in it. At 1 Gbit/s that takes ten times as long.
constexpr auto shortest = 50us;
constexpr auto longest = 400us;
constexpr std::size_t few_octets = 32U << 10U;
constexpr std::size_t many_octets = 128U << 10U;
constexpr std::size_t enough_octets = 256U << 10U;
/// Of the receive buffer: more in it, and a pause could close the window.
constexpr std::size_t part_of_buffer = 8;
}  // namespace

GatheringPause::GatheringPause(int descriptor) : descriptor_{descriptor}, length_{shortest} {
  constexpr unsigned long nanoseconds = 1000;  // the usual 50 us would double the pause
  ::prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}

bool GatheringPause::leaves_room(std::size_t octets) const {
  int buffer = 0;
  socklen_t length = sizeof buffer;
  return ::getsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &buffer, &length) == 0 &&
         octets < static_cast<std::size_t>(std::max(0, buffer)) / part_of_buffer;
}

void GatheringPause::after(std::size_t octets) {
  if (octets < few_octets) length_ = std::min(2 * length_, std::chrono::microseconds{longest});
  if (octets >= many_octets) length_ = std::max(length_ / 2, std::chrono::microseconds{shortest});
  if (octets < enough_octets && leaves_room(octets)) std::this_thread::sleep_for(length_);
}
}  // namespace leadline
