#include "probes/synchronization_port.hpp"

#include "tests/unit/loopback.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <vector>

namespace leadline {
namespace {
using std::chrono_literals::operator""ms;

/// A listener whose queue is full: until it is emptied, Linux drops each SYN that comes, as a
/// network does that loses it.
class FullListener {
 public:
  FullListener(asio::io_context& context, asio::ip::address const& address)
      : acceptor_{context}, timer_{context} {
    tcp::endpoint const any_port{address, 0};
    acceptor_.open(any_port.protocol());
    acceptor_.bind(any_port);
    acceptor_.listen(1);
    for (int i = 0; i < 2; ++i)  // the queue holds one more than it is asked to
      waiting_.emplace_back(context).connect(acceptor_.local_endpoint());
  }

  void empty_after(std::chrono::milliseconds delay) {
    timer_.expires_after(delay);
    asio::co_spawn(timer_.get_executor(), accept_all(this), asio::detached);
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  static asio::awaitable<void> accept_all(FullListener* self) {
    co_await self->timer_.async_wait(asio::use_awaitable);
    for (;;) self->accepted_.push_back(co_await self->acceptor_.async_accept(asio::use_awaitable));
  }

  tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  std::vector<tcp::socket> waiting_;
  std::vector<tcp::socket> accepted_;
};

class SyncPortOverLoopback : public Loopback {
 protected:
  /// The first SYN is sent again only after a second: the one of the first round is all there is.
  SyncPort probe_of(FullListener const& controller) const {
    SyncPort probe;
    probe.path.source = address_;
    probe.endpoint = format_endpoint(address_, controller.port());
    probe.timeout_ms = 400ms;
    return probe;
  }
};

INSTANTIATE_TEST_SUITE_P(Families, SyncPortOverLoopback, testing::Values("127.0.0.1", "::1"),
                         [](auto const& p) { return p.index == 0 ? "ipv4" : "ipv6"; });

TEST_P(SyncPortOverLoopback, WhatWasOnlyLostIsOpen) {
  FullListener controller{context_, address_};
  controller.empty_after(200ms);
  auto const result = wait_for(run(probe_of(controller)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::answered) << result->system_error;
  EXPECT_EQ(result->system_error, "");
  EXPECT_GE(result->elapsed_ms, 400) << "the first connection was not lost";
  EXPECT_EQ(assess(*result).status, Status::ok);
}

TEST_P(SyncPortOverLoopback, WhatIsSilentEveryTimeIsClosed) {
  FullListener const controller{context_, address_};
  auto const result = wait_for(run(probe_of(controller)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::silent);
  EXPECT_NE(result->system_error, "");
  EXPECT_GE(result->elapsed_ms, 800);
  EXPECT_EQ(assess(*result).status, Status::fail);
}

}  // namespace
}  // namespace leadline
