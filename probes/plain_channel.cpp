#include "probes/plain_channel.hpp"

#include "probes/linux/shortage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>

namespace leadline {
namespace {
/// Large: fewer system calls. On a fast machine 1 MiB went 1.4 times as fast as 128 KiB; on a slow
/// one it makes no difference.
constexpr std::size_t receive_octets = 1U << 20U;
constexpr std::size_t write_octets = 256U << 10U;
constexpr int pipe_octets = 1 << 20;

std::string reason(int error) {
  return std::generic_category().message(error);
}
}  // namespace

SplicePipe::~SplicePipe() {
  if (in_ >= 0) ::close(in_);
  if (out_ >= 0) ::close(out_);
}

bool SplicePipe::refused(char const* call) {
  refusal_ = fmt::format("{} was refused: {}", call, reason(errno));
  return false;
}

bool SplicePipe::open() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return refused("pipe2");
  out_ = ends[0];
  in_ = ends[1];
  // A smaller one costs more than it saves.
  if (::fcntl(in_, F_SETPIPE_SZ, pipe_octets) < pipe_octets) return refused("F_SETPIPE_SZ");
  return true;
}

std::ptrdiff_t SplicePipe::send(int socket, std::span<std::byte const> octets) {
  iovec const pages{
      .iov_base = const_cast<std::byte*>(octets.data()),  // NOLINT(*-const-cast): only read
      .iov_len = octets.size()};
  Shortage shortage;
  auto filled = ::vmsplice(in_, &pages, 1, 0);
  while (filled < 0 && shortage.passes(errno)) filled = ::vmsplice(in_, &pages, 1, 0);
  if (filled <= 0) {
    if (!proven_) refused("vmsplice");
    return -1;
  }
  // A large piece is not the last: the kernel need not send what is not a full segment yet.
  unsigned const flags = SPLICE_F_MOVE | (octets.size() >= write_octets ? SPLICE_F_MORE : 0U);
  for (auto left = filled; left > 0;) {
    auto const gone =
        ::splice(out_, nullptr, socket, nullptr, static_cast<std::size_t>(left), flags);
    if (gone < 0 && (errno == EINTR || shortage.passes(errno))) continue;
    if (gone <= 0) {
      bool const this_way = errno != EPIPE && errno != ECONNRESET && errno != ETIMEDOUT;
      if (!proven_ && this_way) refused("splice");
      return -1;
    }
    proven_ = true;
    left -= gone;
  }
  return filled;
}

// A migration's receiver makes no pauses, and several streams on the same processors lost 4 to 9 %
// of their rate to them.
PlainChannel::PlainChannel(int descriptor, BulkMode mode, bool alone)
    : descriptor_{descriptor}, mode_{mode}, gathers_{alone && mode == BulkMode::ceiling} {}

bool PlainChannel::open(bool) {
  return true;
}

std::ptrdiff_t PlainChannel::send_some(std::span<std::byte const> octets) {
  if (splices_ && !pipe_) {
    pipe_.emplace();
    splices_ = pipe_->open();
  }
  if (splices_) {
    auto const sent = pipe_->send(descriptor_, octets);
    if (sent > 0 || pipe_->refusal().empty()) return sent;
    splices_ = false;
  }
  auto const length = std::min(octets.size(), write_octets);
  Shortage shortage;
  auto sent = ::send(descriptor_, octets.data(), length, MSG_NOSIGNAL);
  while (sent < 0 && shortage.passes(errno))
    sent = ::send(descriptor_, octets.data(), length, MSG_NOSIGNAL);
  return sent;
}

std::ptrdiff_t PlainChannel::send(std::size_t octets) {
  auto const rest = bulk_pattern().subspan(position_);
  auto const sent = send_some(rest.first(std::min(octets, rest.size())));
  if (sent < 0) return fail(reason(errno));
  position_ = (position_ + static_cast<std::size_t>(sent)) % bulk_pattern().size();
  return sent;
}

std::ptrdiff_t PlainChannel::receive() {
  if (!room_) room_.emplace(receive_octets);
  auto const received = room_->receive(descriptor_, mode_ == BulkMode::ceiling ? MSG_TRUNC : 0);
  if (!received) return fail(reason(errno));
  if (mode_ == BulkMode::verify && !check_.accept(*received)) return fail(check_.mismatch());
  if (gathers_ && !received->empty()) {
    if (!pause_) pause_.emplace(descriptor_);
    pause_->after(received->size());
  }
  return static_cast<std::ptrdiff_t>(received->size());
}

void PlainChannel::finish() {
  ::shutdown(descriptor_, SHUT_WR);
}

std::string PlainChannel::sending() const {
  if (splices_) return "splice";
  return pipe_ ? "write, as " + pipe_->refusal() : "write";
}
}  // namespace leadline
