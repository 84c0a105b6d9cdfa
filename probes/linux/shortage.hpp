#pragma once
#include <cerrno>
#include <chrono>
#include <thread>

namespace leadline {

/// Has this node itself no room for what is to be sent? The queue of its interface is full (ENOBUFS
/// where IP_RECVERR is set: net_xmit_errno() in the kernel), or memory is short (ENOMEM). Nothing
/// has left, so nothing is lost on the network, and a moment later it may go.
inline bool is_shortage(int error) {
  return error == ENOBUFS || error == ENOMEM;
}

/// A packet of 1500 octets leaves a link of 12 Mbit/s in this time.
constexpr std::chrono::milliseconds pause_in_shortage{1};

/// How long a thread that blocks in its calls bears a shortage: a second, for one piece.
class Shortage {
 public:
  /// Sleeps a moment after an errno that is a shortage; false: it is none, or has lasted too long.
  bool passes(int error) {
    if (!is_shortage(error) || ++pauses_ > most_pauses) return false;
    std::this_thread::sleep_for(pause_in_shortage);
    return true;
  }

 private:
  static constexpr int most_pauses = 1000;
  int pauses_{};
};
}  // namespace leadline
