#pragma once
#include "probes/wire/message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace leadline::agent {

/// Observations on their way to the coordinator: what comes within a tenth of a second goes in one
/// message, because a thousand agents with a message for each of their pairs would keep it busy
/// with the messages alone.
class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  using Send = std::function<void(AgentMessage const&)>;

  static constexpr std::chrono::milliseconds longest_stay{100};
  static constexpr std::size_t most_together = 64;  ///< observations

  static std::shared_ptr<Outbox> open(boost::asio::any_io_executor const& executor, RunId run,
                                      Send send);

  void add(std::uint32_t batch, std::vector<Observation> observations);

  /// Goes out after all that the batch has observed.
  void end(BatchDone const& done);

 private:
  Outbox(boost::asio::any_io_executor const& executor, RunId run, Send send);
  void send_all();
  void send(std::uint32_t batch);

  boost::asio::steady_timer timer_;
  RunId run_;
  Send send_;
  std::map<std::uint32_t, std::vector<Observation>> waiting_;
};
}  // namespace leadline::agent
