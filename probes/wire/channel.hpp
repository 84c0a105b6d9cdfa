#pragma once
#include "probes/core/error.hpp"
#include "probes/wire/frame.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace leadline {

/// One control connection after its TLS handshake: whole frames in, whole frames out, in order.
/// One reader at a time; send() from anywhere on the connection's thread.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

  /// More than this waiting to be sent means that the peer no longer reads: the channel closes.
  static constexpr std::size_t queue_limit_octets = 64U << 20U;

  /// `incoming_limit` in octets: a longer frame ends the channel.
  static std::shared_ptr<Channel> over(Stream stream, std::uint32_t incoming_limit);

  /// The next frame's payload. Error: the stage "transfer", and why the channel is over.
  Async<std::string> receive();

  /// Queues and returns at once; after close() it does nothing.
  void send(std::string_view payload) {
    send_framed(std::make_shared<std::string>(frame(payload)));
  }

  /// The same octets for many channels, framed once.
  void send_framed(std::shared_ptr<std::string const> framed);

  /// Waits until all is sent, the channel is over, or `limit` has passed.
  boost::asio::awaitable<void> flush(std::chrono::steady_clock::duration limit);

  void close();

  [[nodiscard]] bool is_open() const { return open_; }

  /// When octets last came; at first, when the channel was made.
  [[nodiscard]] std::chrono::steady_clock::time_point heard() const { return heard_; }

 private:
  Channel(Stream stream, std::uint32_t incoming_limit);
  static boost::asio::awaitable<void> write_queue(std::shared_ptr<Channel> channel);

  Stream stream_;
  FrameReader reader_;
  std::array<char, 16384> buffer_{};
  std::deque<std::shared_ptr<std::string const>> queue_;
  std::size_t queued_octets_{};
  boost::asio::steady_timer changed_;  ///< cancelled whenever the queue or `open_` changes
  std::chrono::steady_clock::time_point heard_{std::chrono::steady_clock::now()};
  bool open_{true};
};
}  // namespace leadline
