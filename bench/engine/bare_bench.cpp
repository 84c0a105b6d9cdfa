#include "bench/engine/bare_bench.hpp"

#include "probes/bulk_pattern.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <memory>
#include <sys/socket.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>

namespace leadline::bench {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t piece_octets = 1U << 20U;

/// The result of a system call, or an exception.
ssize_t must(ssize_t result, char const* call) {
  if (result < 0) throw std::system_error{errno, std::generic_category(), call};
  return result;
}

nlohmann::json figures(std::uint64_t octets, Clock::duration took) {
  return {{"bytes", octets}, {"seconds", std::chrono::duration<double>{took}.count()}};
}
}  // namespace

nlohmann::json bare_send(Options const& options) {
  asio::io_context context;
  tcp::socket socket{context};
  socket.connect(options.at);
  std::array<int, 2> pipe{};
  must(::pipe2(pipe.data(), O_CLOEXEC), "pipe2");
  must(::fcntl(pipe[1], F_SETPIPE_SZ, static_cast<int>(piece_octets)), "F_SETPIPE_SZ");
  auto const pattern = bulk_pattern();
  iovec const pages{
      .iov_base = const_cast<std::byte*>(pattern.data()),  // NOLINT(*-const-cast): only read
      .iov_len = pattern.size()};
  auto const began = Clock::now();
  std::uint64_t sent = 0;
  while (Clock::now() - began < options.duration) {
    for (auto left = must(::vmsplice(pipe[1], &pages, 1, 0), "vmsplice"); left > 0;) {
      auto const gone =
          must(::splice(pipe[0], nullptr, socket.native_handle(), nullptr,
                        static_cast<std::size_t>(left), SPLICE_F_MOVE | SPLICE_F_MORE),
               "splice");
      left -= gone;
      sent += static_cast<std::uint64_t>(gone);
    }
  }
  ::close(pipe[0]);
  ::close(pipe[1]);
  return figures(sent, Clock::now() - began);
}

nlohmann::json bare_receive(Options const& options) {
  asio::io_context context;
  tcp::acceptor acceptor{context, options.at};
  auto socket = acceptor.accept();
  // Not a vector: that would touch its pages. NOLINTNEXTLINE(modernize-avoid-c-arrays)
  auto const room = std::make_unique_for_overwrite<std::byte[]>(piece_octets);
  auto const began = Clock::now();
  auto last = began;
  std::uint64_t received = 0;
  while (auto const size =
             must(::recv(socket.native_handle(), room.get(), piece_octets, MSG_TRUNC), "recv")) {
    received += static_cast<std::uint64_t>(size);
    last = Clock::now();
  }
  return figures(received, last - began);
}
}  // namespace leadline::bench
