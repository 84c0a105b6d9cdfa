#include "agent/outbox.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leadline::agent {
namespace {
using namespace std::chrono_literals;

struct OutboxTest : testing::Test {
  boost::asio::io_context context;
  std::vector<std::string> sent;  ///< "batch: observations", or "batch: done"
  std::shared_ptr<Outbox> outbox =
      Outbox::open(context.get_executor(), 7, [this](AgentMessage const& message) {
        if (auto const* seen = std::get_if<Observed>(&message)) {
          EXPECT_EQ(seen->run, 7U);
          sent.push_back(std::to_string(seen->batch) + ": " +
                         std::to_string(seen->observations.size()));
        } else {
          sent.push_back(std::to_string(std::get<BatchDone>(message).batch) + ": done");
        }
      });

  void add(std::uint32_t batch, std::size_t observations) {
    outbox->add(batch, std::vector<Observation>(observations));
  }

  using Sent = std::vector<std::string>;
};

TEST_F(OutboxTest, SendsTogetherWhatCameTogetherWithinATenthOfASecond) {
  auto const start = std::chrono::steady_clock::now();  // the time begins with the first
  add(1, 2);
  add(2, 1);
  add(1, 1);
  EXPECT_EQ(sent, Sent{});
  context.run_for(5s);
  EXPECT_EQ(sent, (Sent{"1: 3", "2: 1"}));
  EXPECT_GE(std::chrono::steady_clock::now() - start, Outbox::longest_stay);
}

TEST_F(OutboxTest, SendsAFullGroupAtOnce) {
  add(1, Outbox::most_together - 1);
  EXPECT_EQ(sent, Sent{});
  add(1, 3);
  EXPECT_EQ(sent, Sent{"1: 66"});
  EXPECT_EQ(context.run_for(1s), 1U);  // only the timer that was taken back
  EXPECT_EQ(sent, Sent{"1: 66"});
}

TEST_F(OutboxTest, TellsAllThatABatchSawBeforeItsEnd) {
  add(1, 1);
  add(2, 1);
  outbox->end({.run = 7, .batch = 1});
  EXPECT_EQ(sent, (Sent{"1: 1", "1: done"}));
  context.run_for(5s);
  EXPECT_EQ(sent, (Sent{"1: 1", "1: done", "2: 1"}));
}

TEST_F(OutboxTest, SaysNothingOnceItIsGone) {
  add(1, 1);
  outbox.reset();
  context.run_for(1s);
  EXPECT_EQ(sent, Sent{});
}
}  // namespace
}  // namespace leadline::agent
