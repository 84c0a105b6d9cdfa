#include "probes/wire/channel.hpp"

#include "probes/core/within.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

namespace leadline {
namespace asio = boost::asio;

std::shared_ptr<Channel> Channel::over(Stream stream, std::uint32_t incoming_limit) {
  std::shared_ptr<Channel> channel{new Channel{std::move(stream), incoming_limit}};
  asio::co_spawn(channel->stream_.get_executor(), write_queue(channel),
                 [channel](std::exception_ptr failure) {
                   if (failure) spdlog::error("the writer of a control connection failed");
                   channel->close();
                 });
  return channel;
}

Channel::Channel(Stream stream, std::uint32_t incoming_limit)
    : stream_{std::move(stream)},
      reader_{incoming_limit},
      changed_{stream_.get_executor(), asio::steady_timer::time_point::max()} {
  boost::system::error_code ignored;  // latency only: a socket that refuses still works
  stream_.lowest_layer().set_option(asio::ip::tcp::no_delay{true}, ignored);
}

Async<std::string> Channel::receive() {
  auto const self = shared_from_this();
  for (;;) {
    auto next = reader_.next();
    if (!next)
      co_return tl::unexpected(Error{.stage = Error::Stage::transfer, .detail = next.error()});
    if (auto& payload = *next) co_return std::move(*payload);
    auto const [error, size] = co_await stream_.async_read_some(asio::buffer(buffer_), no_throw);
    if (error)
      co_return tl::unexpected(Error{.stage = Error::Stage::transfer, .code = error, .detail = {}});
    heard_ = std::chrono::steady_clock::now();
    reader_.feed({buffer_.data(), size});
  }
}

void Channel::send_framed(std::shared_ptr<std::string const> framed) {
  if (!open_) return;
  queued_octets_ += framed->size();
  queue_.push_back(std::move(framed));
  if (queued_octets_ > queue_limit_octets) {
    spdlog::warn("a peer no longer reads: {} octets wait for it; closing", queued_octets_);
    close();
  }
  changed_.cancel();
}

asio::awaitable<void> Channel::write_queue(std::shared_ptr<Channel> channel) {
  while (channel->open_) {
    if (channel->queue_.empty()) {
      co_await channel->changed_.async_wait(no_throw);
      continue;
    }
    auto const next = channel->queue_.front();
    auto const [error, size] =
        co_await asio::async_write(channel->stream_, asio::buffer(*next), no_throw);
    if (error) co_return;
    channel->queue_.pop_front();
    channel->queued_octets_ -= size;
    if (channel->queue_.empty()) channel->changed_.cancel();
  }
}

asio::awaitable<void> Channel::flush(std::chrono::steady_clock::duration limit) {
  auto const self = shared_from_this();
  auto const deadline = std::chrono::steady_clock::now() + limit;
  asio::steady_timer pause{stream_.get_executor()};
  while (open_ && !queue_.empty() && std::chrono::steady_clock::now() < deadline) {
    pause.expires_after(std::chrono::milliseconds{5});
    co_await pause.async_wait(no_throw);
  }
}

void Channel::close() {
  if (!std::exchange(open_, false)) return;
  boost::system::error_code ignored;  // it is over either way
  stream_.lowest_layer().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.lowest_layer().close(ignored);
  changed_.cancel();
}
}  // namespace leadline
