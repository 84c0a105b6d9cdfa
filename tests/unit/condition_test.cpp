#include "probes/core/condition.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <chrono>

namespace leadline {
namespace {
using namespace std::chrono_literals;
namespace asio = boost::asio;

/// Asks again and again with a deadline that has passed, as a loop would whose plan is wrong.
asio::awaitable<void> insist(Condition* condition, bool const* over, int* turns) {
  while (!*over && ++*turns < 1000)
    co_await condition->wait_until(std::chrono::steady_clock::now() - 1s, [] { return false; });
}

TEST(Condition, ThatWasDueLongAgoLetsOthersHaveTheirTurn) {
  asio::io_context context{1};
  Condition condition{context.get_executor()};
  bool over = false;
  int turns = 0;
  asio::co_spawn(context, insist(&condition, &over, &turns), asio::detached);
  asio::post(context, [&] { over = true; });
  context.run_for(10s);
  EXPECT_TRUE(over);
  EXPECT_LT(turns, 1000);
}

asio::awaitable<void> await_once(Condition* condition, bool const* true_now, bool* came) {
  *came = co_await condition->wait_until(std::chrono::steady_clock::now() + 10s,
                                         [true_now] { return *true_now; });
}

TEST(Condition, ComesAboutAtTheNotification) {
  asio::io_context context{1};
  Condition condition{context.get_executor()};
  bool true_now = false;
  bool came = false;
  asio::co_spawn(context, await_once(&condition, &true_now, &came), asio::detached);
  asio::post(context, [&] {
    true_now = true;
    condition.notify();
  });
  auto const before = std::chrono::steady_clock::now();
  context.run_for(10s);
  EXPECT_TRUE(came);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}
}  // namespace
}  // namespace leadline
