#include "probes/bulk_stream.hpp"

#include "probes/bulk_pattern.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace leadline {
namespace {
using Clock = std::chrono::steady_clock;

std::int64_t now_ns() {
  return std::chrono::nanoseconds{Clock::now().time_since_epoch()}.count();
}

/// What RUSAGE_THREAD counts, but to the nanosecond, and another thread may ask. Negative: that
/// thread is gone.
std::int64_t cpu_ns(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return -1;
  return (std::int64_t{time.tv_sec} * 1'000'000'000) + time.tv_nsec;
}

/// splice(2) knows no MSG_NOSIGNAL; the signal would end the process.
void block_broken_pipe_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Error cannot(int error, std::string what) {
  return {.stage = Error::Stage::configuration,
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
  // What is queued would go on for seconds on a slow path: a reset drops it.
  linger const drop{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
  ::close(descriptor_);
}

void BulkStream::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  ::shutdown(descriptor_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
}

void BulkStream::take_place() const {
  if (settings_.processor < 0) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<unsigned>(settings_.processor), &only);
  ::pthread_setaffinity_np(::pthread_self(), sizeof only, &only);
}

void BulkStream::begin(BulkChannel const& channel) {
  cipher_ = channel.cipher();
  ::pthread_getcpuclockid(::pthread_self(), &cpu_clock_);
  cpu_before_ = cpu_ns(cpu_clock_);
  began_.store(now_ns(), std::memory_order_release);
}

void BulkStream::end() {
  auto const elapsed = now_ns() - began_.load(std::memory_order_relaxed);
  auto const used = cpu_ns(cpu_clock_) - cpu_before_;
  final_ = {.seconds = static_cast<double>(used) * 1e-9,
            .share = elapsed > 0 ? static_cast<double>(used) / static_cast<double>(elapsed) : 0};
}

BulkStream::Load BulkStream::load() const {
  if (!open()) return {};
  if (done()) return final_;
  auto const now = cpu_ns(cpu_clock_);
  if (now < 0) {  // it ended just now
    while (!done()) std::this_thread::yield();
    return final_;
  }
  auto const elapsed = now_ns() - began_.load(std::memory_order_relaxed);
  auto const used = static_cast<double>(now - cpu_before_);
  return {.seconds = used * 1e-9, .share = elapsed > 0 ? used / static_cast<double>(elapsed) : 0};
}

void BulkStream::move_octets() {
  block_broken_pipe_signal();
  take_place();
  try {
    BulkPatternUse const pattern;
    auto const channel = make_bulk_channel(descriptor_, settings_.channel);
    if (channel->open(settings_.as_client)) {
      begin(*channel);
      if (settings_.allowance)
        send_all(*channel);
      else
        receive_all(*channel);
      end();
      sending_ = channel->sending();
    }
    failure_ = channel->failure();
  } catch (std::exception const& failed) {  // no memory: of a thread that would be the end of all
    failure_ = failed.what();
  }
  done_.store(true, std::memory_order_release);
}

void BulkStream::count(std::ptrdiff_t octets) {
  auto const now = now_ns();
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
      auto const sent = channel.send(left);
      if (sent <= 0) return;
      count(sent);
      left -= static_cast<std::uint64_t>(sent);
    }
  }
}

void BulkStream::receive_all(BulkChannel& channel) {
  for (auto received = channel.receive(); received > 0; received = channel.receive())
    count(received);
}
}  // namespace leadline
