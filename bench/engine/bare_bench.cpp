#include "bench/engine/bare_bench.hpp"

#include "probes/bulk_pattern.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <functional>
#include <future>
#include <memory>
#include <sys/socket.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
#include <vector>

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

struct Moved {
  std::uint64_t octets{};
  Clock::time_point last;
};

Moved push(tcp::socket& socket, Clock::time_point end) {
  std::array<int, 2> pipe{};
  must(::pipe2(pipe.data(), O_CLOEXEC), "pipe2");
  must(::fcntl(pipe[1], F_SETPIPE_SZ, static_cast<int>(piece_octets)), "F_SETPIPE_SZ");
  auto const pattern = bulk_pattern();
  iovec const pages{
      .iov_base = const_cast<std::byte*>(pattern.data()),  // NOLINT(*-const-cast): only read
      .iov_len = pattern.size()};
  Moved moved{.last = Clock::now()};
  for (; moved.last < end; moved.last = Clock::now()) {
    for (auto left = must(::vmsplice(pipe[1], &pages, 1, 0), "vmsplice"); left > 0;) {
      auto const gone =
          must(::splice(pipe[0], nullptr, socket.native_handle(), nullptr,
                        static_cast<std::size_t>(left), SPLICE_F_MOVE | SPLICE_F_MORE),
               "splice");
      left -= gone;
      moved.octets += static_cast<std::uint64_t>(gone);
    }
  }
  ::close(pipe[0]);
  ::close(pipe[1]);
  return moved;
}

Moved pull(tcp::socket& socket) {
  // Not a vector: that would touch its pages. NOLINTNEXTLINE(modernize-avoid-c-arrays)
  auto const room = std::make_unique_for_overwrite<std::byte[]>(piece_octets);
  Moved moved{.last = Clock::now()};
  while (auto const size =
             must(::recv(socket.native_handle(), room.get(), piece_octets, MSG_TRUNC), "recv")) {
    moved.octets += static_cast<std::uint64_t>(size);
    moved.last = Clock::now();
  }
  return moved;
}

/// A thread for each connection, all together.
nlohmann::json move(std::vector<tcp::socket>& sockets,
                    std::function<Moved(tcp::socket&)> const& one) {
  auto const began = Clock::now();
  std::vector<std::future<Moved>> threads;
  threads.reserve(sockets.size());
  for (auto& socket : sockets)
    threads.push_back(std::async(std::launch::async, [&] {
      auto const moved = one(socket);
      socket.close();
      return moved;
    }));
  Moved all{.last = began};
  for (auto& thread : threads) {
    auto const moved = thread.get();
    all.octets += moved.octets;
    all.last = std::max(all.last, moved.last);
  }
  std::chrono::duration<double> const took = all.last - began;
  return {{"bytes", all.octets}, {"seconds", took.count()}};
}
}  // namespace

nlohmann::json bare_send(Options const& options) {
  asio::io_context context;
  std::vector<tcp::socket> sockets;
  sockets.reserve(static_cast<std::size_t>(options.streams));
  for (int i = 0; i < options.streams; ++i) sockets.emplace_back(context).connect(options.at);
  auto const end = Clock::now() + options.duration;
  return move(sockets, [end](tcp::socket& socket) { return push(socket, end); });
}

nlohmann::json bare_receive(Options const& options) {
  asio::io_context context;
  tcp::acceptor acceptor{context, options.at};
  std::vector<tcp::socket> sockets;
  sockets.reserve(static_cast<std::size_t>(options.streams));
  for (int i = 0; i < options.streams; ++i) sockets.push_back(acceptor.accept());
  return move(sockets, pull);
}
}  // namespace leadline::bench
