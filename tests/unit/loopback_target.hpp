#pragma once
#include "probes/core/path.hpp"
#include "probes/core/within.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace leadline {

/// A listener on loopback that welcomes every signed call and hands the connection on.
class LoopbackTarget {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Serve = std::function<boost::asio::awaitable<void>(Socket, Preamble)>;
  using Admit = std::function<Welcome::Status(Preamble const&)>;

  static constexpr NodeIndex self = 2;

  LoopbackTarget(boost::asio::io_context& context, Serve serve, Admit admit = {})
      : acceptor_{context, {boost::asio::ip::address_v4::loopback(), 0}},
        serve_{std::move(serve)},
        admit_{std::move(admit)} {
    boost::asio::co_spawn(context, accept(this), rethrow);
  }

  [[nodiscard]] Path path() const {
    return {.passport = {.run = 1, .key = key_, .self = 1},
            .peer = self,
            .source = boost::asio::ip::address_v4::loopback(),
            .target = boost::asio::ip::address_v4::loopback(),
            .udp_port = 0,
            .tcp_ports = {acceptor_.local_endpoint().port()}};
  }

  void close() { acceptor_.close(); }

 private:
  static void rethrow(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  }

  static boost::asio::awaitable<void> accept(LoopbackTarget* target) {
    for (;;) {
      auto [error, socket] = co_await target->acceptor_.async_accept(no_throw);
      if (error) co_return;
      boost::asio::co_spawn(target->acceptor_.get_executor(), welcome(target, std::move(socket)),
                            rethrow);
    }
  }

  static boost::asio::awaitable<void> welcome(LoopbackTarget* target, Socket socket) {
    Preamble::Packed in{};
    auto const [unread, n] =
        co_await boost::asio::async_read(socket, boost::asio::buffer(in), no_throw);
    if (unread) co_return;
    auto const preamble = decode_preamble(in, target->key_);
    if (!preamble) co_return;
    auto const status = target->admit_ ? target->admit_(*preamble) : Welcome::Status::accepted;
    Welcome const answer{.status = status,
                         .answered_by = self,
                         .nonce = preamble->nonce,
                         .seen_address = socket.remote_endpoint().address(),
                         .seen_port = socket.remote_endpoint().port()};
    auto const out = encode(answer, target->key_);
    auto const [unsent, sent] =
        co_await boost::asio::async_write(socket, boost::asio::buffer(out), no_throw);
    if (!unsent && status == Welcome::Status::accepted)
      co_await target->serve_(std::move(socket), *preamble);
  }

  RunKey key_ = RunKey::random();
  boost::asio::ip::tcp::acceptor acceptor_;
  Serve serve_;
  Admit admit_;
};

template <class T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> work, std::optional<T>* result) {
  result->emplace(co_await std::move(work));
}

/// Runs the context until the work is done.
template <class T>
T await_on(boost::asio::io_context& context, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  bool done = false;
  boost::asio::co_spawn(context, keep_result(std::move(work), &result),
                        [&](std::exception_ptr thrown) {
                          failure = thrown;
                          done = true;
                        });
  context.restart();
  while (!done && context.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  return std::move(result).value();
}
}  // namespace leadline
