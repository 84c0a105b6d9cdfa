#include "probes/bulk_stream.hpp"

#include "probes/bulk_channel.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace leadline {
namespace {
using Clock = std::chrono::steady_clock;

/// Random, so that nothing on the way can compress it; constant, so that it stays in the cache.
std::span<std::byte const> pattern() {
  static std::vector<std::byte> const octets = [] {
    std::vector<std::byte> made(256U << 10U);
    RAND_bytes(reinterpret_cast<unsigned char*>(made.data()),  // NOLINT(*-reinterpret-cast)
               static_cast<int>(made.size()));
    return made;
  }();
  return octets;
}

std::chrono::duration<double> cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  auto const seconds = [](timeval const& time) {
    return std::chrono::duration<double>(static_cast<double>(time.tv_sec) +
                                         (static_cast<double>(time.tv_usec) * 1e-6));
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// OpenSSL writes with write(2); the signal would end the process.
void block_broken_pipe_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Error cannot(int error, std::string what) {
  return {.stage = Error::Stage::transfer,
          .code = {error, boost::system::system_category()},
          .detail = std::move(what)};
}
}  // namespace

BulkStream::BulkStream(int descriptor, Settings settings)
    : descriptor_{descriptor}, settings_{std::move(settings)} {}

Expected<std::unique_ptr<BulkStream>> BulkStream::start(boost::asio::ip::tcp::socket socket,
                                                        Settings settings) {
  boost::system::error_code failed;
  int const descriptor = socket.release(failed);
  if (failed) return tl::unexpected(cannot(failed.value(), "taking over the connection"));
  std::unique_ptr<BulkStream> stream{new BulkStream{descriptor, std::move(settings)}};
  int const flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) != 0)
    return tl::unexpected(cannot(errno, "making the connection blocking"));
  if (auto const rate = stream->settings_.pacing.per_second; rate > 0) {
    auto const octets_per_second = static_cast<std::uint64_t>(rate / 8);
    ::setsockopt(descriptor, SOL_SOCKET, SO_MAX_PACING_RATE, &octets_per_second,
                 sizeof octets_per_second);
  }
  try {
    stream->thread_ = std::thread{&BulkStream::move_octets, stream.get()};
  } catch (std::system_error const& none) {  // the limit of threads is reached
    return tl::unexpected(cannot(none.code().value(), "starting a thread"));
  }
  return stream;
}

BulkStream::~BulkStream() {
  stop();
  ::close(descriptor_);
}

void BulkStream::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  ::shutdown(descriptor_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
}

void BulkStream::move_octets() {
  block_broken_pipe_signal();
  {
    bool const sends = settings_.allowance != nullptr;
    BulkChannel channel{descriptor_, settings_.identity, settings_.mode};
    if (channel.open(sends)) {
      auto const started = Clock::now();
      auto const cpu_before = cpu_time();
      if (sends)
        send_all(channel);
      else
        receive_all(channel);
      std::chrono::duration<double> const elapsed = Clock::now() - started;
      if (elapsed.count() > 0) cpu_share_ = (cpu_time() - cpu_before) / elapsed;
    }
    failure_ = channel.failure();
  }
  done_.store(true, std::memory_order_release);
}

void BulkStream::count(std::ptrdiff_t octets) {
  auto const now = std::chrono::nanoseconds{Clock::now().time_since_epoch()}.count();
  if (first_moved_.load(std::memory_order_relaxed) == 0)
    first_moved_.store(now, std::memory_order_relaxed);
  last_moved_.store(now, std::memory_order_relaxed);
  octets_.fetch_add(static_cast<std::uint64_t>(octets), std::memory_order_relaxed);
}

void BulkStream::wait(std::chrono::nanoseconds time) const {
  constexpr std::chrono::nanoseconds slice{10'000'000};  // how late stop() may be noticed
  auto const end = Clock::now() + time;
  for (auto now = Clock::now(); now < end && !stopping_.load(std::memory_order_relaxed);
       now = Clock::now())
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(slice, end - now));
}

void BulkStream::send_all(BulkChannel& channel) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    auto const grant = settings_.allowance->claim(Clock::now().time_since_epoch());
    if (grant.octets == 0) {
      channel.finish();
      return;
    }
    wait(grant.wait);
    for (auto left = grant.octets; left > 0;) {
      auto const sent = channel.send(pattern().first(left));
      if (sent <= 0) return;
      count(sent);
      left -= static_cast<std::uint64_t>(sent);
    }
  }
}

void BulkStream::receive_all(BulkChannel& channel) {
  // Large: fewer system calls; measured, 1 MiB goes 1.4 times as fast as 128 KiB.
  std::vector<std::byte> buffer(1U << 20U);
  for (;;) {
    auto const received = channel.receive(buffer);
    if (received <= 0) return;
    count(received);
  }
}
}  // namespace leadline
