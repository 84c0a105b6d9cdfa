#include "bench/engine/bare_rate_bench.hpp"

#include "bench/engine/thread_place.hpp"
#include "probes/wire/preamble.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace leadline::bench {
namespace {
using boost::asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Packed = std::array<std::byte, Preamble::octets>;

/// The result of a system call, or an exception.
template <class T>
T must(T result, char const* call) {
  if (result < 0) throw std::system_error{errno, std::generic_category(), call};
  return result;
}

int open_socket(tcp::endpoint const& at) {
  return must(::socket(at.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
              "socket");
}

/// Descriptors and what they wait for.
class Poll {
 public:
  Poll() : descriptor_{must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")} {}

  ~Poll() { ::close(descriptor_); }

  Poll(Poll const&) = delete;
  Poll& operator=(Poll const&) = delete;
  Poll(Poll&&) = delete;
  Poll& operator=(Poll&&) = delete;

  void add(int socket, std::uint32_t events) {
    epoll_event event{.events = events, .data = {.fd = socket}};
    must(::epoll_ctl(descriptor_, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
  }

  /// Calls `ready` with each descriptor and its events; waits at most 10 ms.
  template <class Ready>
  void wait(Ready ready) {
    std::array<epoll_event, 64> events{};
    auto const count = ::epoll_wait(descriptor_, events.data(), events.size(), 10);
    for (int i = 0; i < count; ++i) {
      auto const& event = events.at(static_cast<std::size_t>(i));
      ready(event.data.fd, event.events);
    }
  }

 private:
  int descriptor_;
};

/// Takes connections, and sends back the octets that each brings.
class Target {
 public:
  Target(tcp::endpoint const& at, int processor) : listener_{open_socket(at)} {
    must(::bind(listener_, at.data(), static_cast<socklen_t>(at.size())), "bind");
    must(::listen(listener_, SOMAXCONN), "listen");
    socklen_t length = static_cast<socklen_t>(here_.capacity());
    must(::getsockname(listener_, here_.data(), &length), "getsockname");
    poll_.add(listener_, EPOLLIN);
    thread_ = std::thread{[this, processor] {
      run_on(processor);
      while (!over_.load(std::memory_order_relaxed))
        poll_.wait([this](int socket, std::uint32_t) {
          if (socket == listener_)
            accept_all();
          else
            answer(socket);
        });
      cpu_seconds_ = thread_cpu_seconds();
    }};
  }

  ~Target() { stop(); }

  Target(Target const&) = delete;
  Target& operator=(Target const&) = delete;
  Target(Target&&) = delete;
  Target& operator=(Target&&) = delete;

  [[nodiscard]] tcp::endpoint const& here() const { return here_; }

  /// CPU seconds of its thread.
  double stop() {
    over_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) {
      thread_.join();
      ::close(listener_);
    }
    return cpu_seconds_;
  }

 private:
  void accept_all() {
    for (int socket = 0;
         (socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
      poll_.add(socket, EPOLLIN);
  }

  static void answer(int socket) {
    Packed octets{};
    if (::recv(socket, octets.data(), octets.size(), 0) > 0)
      ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    ::close(socket);
  }

  int listener_;
  tcp::endpoint here_;
  Poll poll_;
  std::atomic<bool> over_{false};
  double cpu_seconds_{};
  std::thread thread_;
};

void call(Poll& poll, tcp::endpoint const& target) {
  int const socket = open_socket(target);
  linger const reset{.l_onoff = 1, .l_linger = 0};  // else TIME_WAIT uses up the ports
  must(::setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "SO_LINGER");
  if (::connect(socket, target.data(), static_cast<socklen_t>(target.size())) != 0 &&
      errno != EINPROGRESS)
    must(-1, "connect");
  // Each is reported once it is connected, and once its answer is there.
  poll.add(socket, EPOLLIN | EPOLLOUT | EPOLLET);
}
}  // namespace

nlohmann::json bare_echo(Options const& options) {
  Target target{options.at, options.receiver_processor};
  run_on(options.sender_processor);
  Poll poll;
  Packed octets{};
  int done = 0;
  int open = 0;
  auto const before = thread_cpu_seconds();
  auto const began = Clock::now();
  auto const end = began + options.duration;
  for (; open < at_once; ++open) call(poll, target.here());
  while (open > 0)
    poll.wait([&](int socket, std::uint32_t events) {
      if ((events & EPOLLIN) == 0) {
        must(::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL), "send");
        return;
      }
      if (must(::recv(socket, octets.data(), octets.size(), 0), "recv") != Preamble::octets)
        throw std::system_error{EPROTO, std::generic_category(), "an answer of another length"};
      ::close(socket);
      ++done;
      if (Clock::now() < end)
        call(poll, target.here());
      else
        --open;
    });
  std::chrono::duration<double> const time = Clock::now() - began;
  double const client = thread_cpu_seconds() - before;
  double const server = target.stop();
  return {{"count", done},
          {"seconds", time.count()},
          {"per_second", done / time.count()},
          {"client_cpu_us_each", 1e6 * client / done},
          {"server_cpu_us_each", 1e6 * server / done}};
}
}  // namespace leadline::bench
