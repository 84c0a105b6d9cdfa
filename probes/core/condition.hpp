#pragma once
#include "probes/core/within.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

namespace leadline {

/// Lets one coroutine wait until something that others change has come about. One thread.
class Condition {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Condition(boost::asio::any_io_executor executor) : timer_{executor} {}

  void notify() { timer_.cancel(); }

  /// True once `come_about()`; false when `deadline` has passed first. Checked at each notify().
  template <class Predicate>
  boost::asio::awaitable<bool> wait_until(Time deadline, Predicate come_about) {
    while (!come_about()) {
      if (std::chrono::steady_clock::now() >= deadline) co_return false;
      timer_.expires_at(deadline);
      co_await timer_.async_wait(no_throw);
    }
    co_return true;
  }

 private:
  boost::asio::steady_timer timer_;
};
}  // namespace leadline
