#pragma once
#include "probes/core/error.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace leadline {

/// Completion token: no exceptions, `auto [error, value] = co_await ...`.
constexpr auto no_throw = boost::asio::as_tuple(boost::asio::use_awaitable);

inline boost::asio::awaitable<void> elapse(std::chrono::steady_clock::duration time) {
  boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, time};
  co_await timer.async_wait(boost::asio::use_awaitable);
}

template <class T>
boost::asio::awaitable<void> keep_outcome(Async<T> work, std::optional<Expected<T>>* result) {
  result->emplace(co_await std::move(work));
}

/// Runs `work`, cancelling it when `limit` passes. Single-threaded io_context only (Asio #1286).
/// Not `work || elapse(limit)`: that throws an exception whenever the work is done in time, which
/// took a third of what the responder does for a connection.
template <class T>
Async<T> within(std::chrono::steady_clock::duration limit, Async<T> work) {
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer{executor, limit};
  std::optional<Expected<T>> result;
  auto group = boost::asio::experimental::make_parallel_group(
      boost::asio::co_spawn(executor, keep_outcome(std::move(work), &result),
                            boost::asio::deferred),
      timer.async_wait(boost::asio::deferred));
  auto const [order, failure, expired] = co_await group.async_wait(
      boost::asio::experimental::wait_for_one{}, boost::asio::use_awaitable);
  bool const in_time = order.front() == 0 || expired;  // expired: the caller was cancelled
  if (in_time && failure) std::rethrow_exception(failure);
  if (in_time && result) co_return *std::move(result);
  co_return tl::unexpected(
      Error{.stage = Error::Stage::timeout, .code = boost::asio::error::timed_out, .detail = {}});
}
}  // namespace leadline
