#include "probes/gathering_pause.hpp"

#include <algorithm>
#include <chrono>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <thread>

namespace leadline {
namespace {
/// As long as a NIC may hold packets back (rx-usecs, ethtool(8)): at 10 Gbit/s one large packet of
/// 64 KiB arrives in it.
constexpr std::chrono::microseconds pause{50};
constexpr std::size_t enough_octets = 256U << 10U;
/// Less, and waking up for it cost as much as the pause saved.
constexpr std::size_t worthwhile_octets = 8U << 10U;
constexpr unsigned most_to_skip = 63;
/// Of the receive buffer: more in it, and a pause could close the window.
constexpr std::size_t part_of_buffer = 8;
}  // namespace

GatheringPause::GatheringPause(int descriptor) : descriptor_{descriptor} {
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
  if (octets >= worthwhile_octets)
    to_skip_ = 0;
  else if (paused_)
    to_skip_ = std::min(2 * to_skip_ + 1, most_to_skip);
  paused_ = false;
  if (octets >= enough_octets || skipped_++ < to_skip_ || !leaves_room(octets)) return;
  skipped_ = 0;
  paused_ = true;
  std::this_thread::sleep_for(pause);
}
}  // namespace leadline
