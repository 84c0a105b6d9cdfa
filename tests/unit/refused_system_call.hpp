#pragma once
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <future>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace leadline {

/// The kernel does `action` instead of one system call of this thread and those that it starts.
/// What seccomp(2) gives; negative: errno says why not.
inline int filter_system_call(std::uint32_t number, std::uint32_t action, unsigned flags) {
  std::array<sock_filter, 4> filter{
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, action),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  sock_fprog const program{.len = filter.size(), .filter = filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

/// Refuses it always.
inline void refuse_system_call(std::uint32_t number, std::uint16_t error) {
  ASSERT_EQ(filter_system_call(number, SECCOMP_RET_ERRNO | error, 0), 0);
}

/// Refuses a system call of one thread so many times, then lets it through: a shortage that passes
/// (seccomp_unotify(2)).
class PassingRefusal {
 public:
  PassingRefusal(int error, int times)
      : judge_{[this, error, times] { judge(listener_.get_future().get(), error, times); }} {}

  ~PassingRefusal() {
    if (!begun_) listener_.set_value(-1);
    judge_.join();  // the end of the refused thread is the judge's
  }

  PassingRefusal(PassingRefusal const&) = delete;
  PassingRefusal& operator=(PassingRefusal const&) = delete;
  PassingRefusal(PassingRefusal&&) = delete;
  PassingRefusal& operator=(PassingRefusal&&) = delete;

  /// From now on, in the calling thread. False: this kernel offers no such thing.
  bool begin(std::uint32_t number) {
    begun_ = true;
    int const listener =
        filter_system_call(number, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
    listener_.set_value(listener);
    return listener >= 0;
  }

 private:
  static void judge(int listener, int error, int times) {
    pollfd ready{.fd = listener, .events = POLLIN, .revents = 0};
    while (listener >= 0 && ::poll(&ready, 1, -1) > 0 && (ready.revents & POLLIN) != 0) {
      seccomp_notif call{};
      if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
      bool const refused = times-- > 0;
      seccomp_notif_resp answer{
          .id = call.id,
          .val = 0,
          .error = refused ? -error : 0,
          .flags = refused ? 0U : static_cast<std::uint32_t>(SECCOMP_USER_NOTIF_FLAG_CONTINUE)};
      ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
    if (listener >= 0) ::close(listener);
  }

  std::promise<int> listener_;
  bool begun_{};
  std::thread judge_;
};
}  // namespace leadline
