#include "tests/lab/switch/switch_loop.hpp"

#include "tests/lab/switch/fabric.hpp"
#include "tests/lab/switch/fabric_report.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <system_error>
#include <utility>

namespace leadline::lab {
namespace {
using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(char const* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

FileDescriptor descriptor_for_sigterm() {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGTERM);
  FileDescriptor signals{::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!signals) fail("signalfd");
  return signals;
}

class SwitchLoop {
 public:
  SwitchLoop(FabricSettings settings, std::vector<FileDescriptor> taps, SharedTraffic& traffic)
      : taps_{std::move(taps)},
        traffic_{traffic},
        fabric_{std::move(settings),
                [this](std::size_t port, Fabric::Octets frame) { deliver(port, frame); }} {}

  void run_until_sigterm();

  [[nodiscard]] Fabric& fabric() { return fabric_; }

 private:
  void watch(int descriptor, std::uint64_t tag);
  void deliver(std::size_t port, Fabric::Octets frame);
  void drain(std::size_t port);
  void note_traffic(Fabric::Octets frame, TimePoint now);
  [[nodiscard]] bool wait_for_frames();

  static constexpr std::uint64_t sigterm = ~std::uint64_t{0};
  static constexpr int before_the_nodes = -15;
  static constexpr int batch = 64;  // frames of one port before the others have their turn

  FileDescriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::vector<FileDescriptor> taps_;
  SharedTraffic& traffic_;
  Fabric fabric_;
  std::array<std::byte, 65536 + 32> buffer_{};
  std::array<epoll_event, 64> ready_{};
};

void SwitchLoop::watch(int descriptor, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

void SwitchLoop::deliver(std::size_t port, Fabric::Octets frame) {
  // EIO: the node's interface is down. Whatever the reason, a switch does not wait for a receiver.
  if (::write(taps_[port].get(), frame.data(), frame.size()) < 0)
    fabric_.to_node(port).counters.drop(DropReason::write_failed);
}

void SwitchLoop::note_traffic(Fabric::Octets frame, TimePoint now) {
  auto const header = parse_ethernet(frame);
  if (header && is_ip(header->ether_type))
    traffic_.last_packet_ns.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

void SwitchLoop::drain(std::size_t port) {
  auto const now = Clock::now();
  for (int i = 0; i < batch; ++i) {
    auto const octets = ::read(taps_[port].get(), buffer_.data(), buffer_.size());
    if (octets <= 0) return;
    auto const frame = std::span{buffer_}.first(static_cast<std::size_t>(octets));
    note_traffic(frame, now);
    fabric_.receive(port, frame, now);
  }
}

/// False on SIGTERM.
bool SwitchLoop::wait_for_frames() {
  timespec timeout{};
  timespec* wait = nullptr;
  if (auto const due = fabric_.next_due()) {
    auto const left = std::max(*due - Clock::now(), Clock::duration::zero());
    timeout.tv_sec = std::chrono::floor<std::chrono::seconds>(left).count();
    timeout.tv_nsec = (left % std::chrono::seconds{1}).count();
    wait = &timeout;
  }
  auto const count =
      ::epoll_pwait2(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), wait, nullptr);
  if (count < 0 && errno != EINTR) fail("epoll_pwait2");
  for (int i = 0; i < count; ++i) {
    auto const tag = ready_.at(static_cast<std::size_t>(i)).data.u64;
    if (tag == sigterm) return false;
    drain(tag);
  }
  return true;
}

void SwitchLoop::run_until_sigterm() {
  auto const signals = descriptor_for_sigterm();
  watch(signals.get(), sigterm);
  for (std::size_t port = 0; port < taps_.size(); ++port) watch(taps_[port].get(), port);
  // The kernel may not round the waiting of delayed frames up to its usual 50 microseconds.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  // A real switch loses nothing because its nodes are busy. Where this is refused, one may.
  ::setpriority(PRIO_PROCESS, 0, before_the_nodes);
  while (wait_for_frames()) fabric_.advance(Clock::now());
}
}  // namespace

void run_switch(FabricSettings settings, std::vector<FileDescriptor> taps, SharedTraffic& traffic,
                std::filesystem::path const& report) {
  SwitchLoop loop{std::move(settings), std::move(taps), traffic};
  loop.run_until_sigterm();
  std::ofstream{report} << describe_counters(loop.fabric()).dump(2) << '\n';
}
}  // namespace leadline::lab
