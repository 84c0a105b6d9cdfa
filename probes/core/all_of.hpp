#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

namespace leadline {

/// Runs all of them at once, each with its results in its own place. Rethrows the first exception;
/// cancelling cancels all. Single-threaded io_context only.
template <class T>
boost::asio::awaitable<std::vector<T>> all_of(std::vector<boost::asio::awaitable<T>> works) {
  if (works.empty()) co_return std::vector<T>{};
  auto const executor = co_await boost::asio::this_coro::executor;
  using Started =
      decltype(boost::asio::co_spawn(executor, std::move(works.front()), boost::asio::deferred));
  std::vector<Started> started;
  started.reserve(works.size());
  for (auto& work : works)
    started.push_back(boost::asio::co_spawn(executor, std::move(work), boost::asio::deferred));
  auto group = boost::asio::experimental::make_parallel_group(std::move(started));
  auto [order, errors, results] = co_await group.async_wait(
      boost::asio::experimental::wait_for_all{}, boost::asio::use_awaitable);
  for (auto const& error : errors)
    if (error) std::rethrow_exception(error);
  co_return std::move(results);
}
}  // namespace leadline
