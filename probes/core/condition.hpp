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

  /// True once `come_about()`; false when `deadline` has passed first, or had passed already: then
  /// others have had their turn all the same, so that no loop around this can starve them. Checked
  /// at each notify().
  template <class Predicate>
  boost::asio::awaitable<bool> wait_until(Time deadline, Predicate come_about) {
    while (!come_about()) {
      bool const passed = std::chrono::steady_clock::now() >= deadline;
      timer_.expires_at(deadline);
      co_await timer_.async_wait(no_throw);
      if (passed) co_return come_about();
    }
    co_return true;
  }

 private:
  boost::asio::steady_timer timer_;
};
}  // namespace leadline
