#include "probes/wire/batching_bio.hpp"

#include "probes/linux/shortage.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/socket.h>

namespace leadline {
namespace {
/// 16 records of the largest size and what TLS adds to them, and as much again of short ones.
constexpr std::size_t buffer_octets = 512U << 10U;
}  // namespace

/// OpenSSL's view of it: see BIO_meth_new(3).
struct BatchingBio::Methods {
  static BatchingBio& self(BIO* bio) { return *static_cast<BatchingBio*>(BIO_get_data(bio)); }

  static int write(BIO* bio, char const* octets, int size) {
    return self(bio).write(
        reinterpret_cast<std::byte const*>(octets),  // NOLINT(*-reinterpret-cast)
        static_cast<std::size_t>(size));
  }

  static int read(BIO* bio, char* into, int size) {
    return self(bio).read(reinterpret_cast<std::byte*>(into),  // NOLINT(*-reinterpret-cast)
                          static_cast<std::size_t>(size));
  }

  static long control(BIO* bio, int command, long, void*) {
    return command == BIO_CTRL_FLUSH && self(bio).flush() ? 1 : 0;
  }

  static BIO_METHOD const* get() {
    using Handle = std::unique_ptr<BIO_METHOD, OpensslDelete<BIO_meth_free>>;
    static Handle const methods = [] {
      Handle made{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "batching socket")};
      if (!made) throw std::bad_alloc{};
      BIO_meth_set_write(made.get(), write);
      BIO_meth_set_read(made.get(), read);
      BIO_meth_set_ctrl(made.get(), control);
      return made;
    }();
    return methods.get();
  }
};

BatchingBio::BatchingBio(int descriptor)
    : descriptor_{descriptor}, outgoing_(buffer_octets), room_{buffer_octets} {}

BioHandle BatchingBio::bio() {
  BioHandle bio{BIO_new(Methods::get())};
  if (!bio) throw std::bad_alloc{};
  BIO_set_data(bio.get(), this);
  BIO_set_init(bio.get(), 1);
  return bio;
}

bool BatchingBio::flush() {
  Shortage shortage;
  for (std::size_t gone = 0; gone < kept_;) {
    auto const sent = ::send(descriptor_, outgoing_.data() + gone, kept_ - gone, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EINTR || shortage.passes(errno))) continue;
    if (sent < 0) {
      kept_ = 0;
      return false;
    }
    gone += static_cast<std::size_t>(sent);
  }
  kept_ = 0;
  return true;
}

int BatchingBio::write(std::byte const* octets, std::size_t size) {
  if (kept_ + size > buffer_octets && !flush()) return -1;
  auto const taken = std::min(size, buffer_octets - kept_);
  std::memcpy(outgoing_.data() + kept_, octets, taken);
  kept_ += taken;
  return static_cast<int>(taken);
}

int BatchingBio::read(std::byte* into, std::size_t size) {
  if (pending() == 0) {
    auto const received = room_.receive(descriptor_, 0);
    if (!received) return -1;
    incoming_ = *received;
  }
  auto const given = std::min(size, pending());
  std::memcpy(into, incoming_.data(), given);
  incoming_ = incoming_.subspan(given);
  return static_cast<int>(given);
}
}  // namespace leadline
