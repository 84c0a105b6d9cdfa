#pragma once
#include "probes/core/error.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>
#include <variant>

namespace leadline {

/// Completion token: no exceptions, `auto [error, value] = co_await ...`.
constexpr auto no_throw = boost::asio::as_tuple(boost::asio::use_awaitable);

inline boost::asio::awaitable<void> elapse(std::chrono::steady_clock::duration time) {
  boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, time};
  co_await timer.async_wait(boost::asio::use_awaitable);
}

/// Runs `work`, cancelling it when `limit` passes. Single-threaded io_context only (Asio #1286).
template <class T>
Async<T> within(std::chrono::steady_clock::duration limit, Async<T> work) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto outcome = co_await (std::move(work) || elapse(limit));
  if (auto* done = std::get_if<0>(&outcome)) co_return std::move(*done);
  co_return tl::unexpected(
      Error{.stage = Error::Stage::timeout, .code = boost::asio::error::timed_out, .detail = {}});
}
}  // namespace leadline
