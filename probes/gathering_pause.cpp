#include "probes/gathering_pause.hpp"

#include <algorithm>
#include <chrono>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <thread>

namespace leadline {
namespace {
/// As long as a NIC may hold packets back (rx-usecs, ethtool(8)): at 10 Gbit/s one large packet of
/// 64 KiB arrives in it.
constexpr std::chrono::microseconds pause{50};
/// What arrives less at a time comes too slowly for 50 us to gather much.
constexpr std::size_t worthwhile_octets = 8U << 10U;
constexpr std::size_t enough_octets = 256U << 10U;
/// Of the receive buffer: more in it, and a pause could close the window.
constexpr std::size_t part_of_buffer = 8;
/// A loss holds a sender back for many round trips, and the longer the longer they are.
constexpr int reads_after_loss = 1000;
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

bool GatheringPause::something_was_lost() {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(descriptor_, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
  bool const lost = info.tcpi_rcv_ooopack != out_of_order_;
  out_of_order_ = info.tcpi_rcv_ooopack;
  return lost;
}

void GatheringPause::after(std::size_t octets) {
  if (reads_left_out_ > 0) --reads_left_out_;
  if (octets < worthwhile_octets || octets >= enough_octets) return;
  if (something_was_lost()) reads_left_out_ = reads_after_loss;
  if (reads_left_out_ == 0 && leaves_room(octets)) std::this_thread::sleep_for(pause);
}
}  // namespace leadline
