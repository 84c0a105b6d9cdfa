#include "agent/outbox.hpp"

#include <iterator>
#include <utility>

namespace leadline::agent {

std::shared_ptr<Outbox> Outbox::open(boost::asio::any_io_executor const& executor, RunId run,
                                     Send send) {
  return std::shared_ptr<Outbox>{new Outbox{executor, run, std::move(send)}};
}

Outbox::Outbox(boost::asio::any_io_executor const& executor, RunId run, Send send)
    : timer_{executor}, run_{run}, send_{std::move(send)} {}

void Outbox::add(std::uint32_t batch, std::vector<Observation> observations) {
  if (waiting_.empty()) {
    timer_.expires_after(longest_stay);
    timer_.async_wait([box = weak_from_this()](boost::system::error_code error) {
      auto const self = box.lock();
      if (!error && self) self->send_all();
    });
  }
  auto& of_batch = waiting_[batch];
  of_batch.insert(of_batch.end(), std::make_move_iterator(observations.begin()),
                  std::make_move_iterator(observations.end()));
  if (of_batch.size() >= most_together) send(batch);
}

void Outbox::end(BatchDone const& done) {
  send(done.batch);
  send_(done);
}

void Outbox::send_all() {
  while (!waiting_.empty()) send(waiting_.begin()->first);
}

void Outbox::send(std::uint32_t batch) {
  auto observations = waiting_.extract(batch);
  if (waiting_.empty()) timer_.cancel();
  if (observations.empty()) return;
  send_(Observed{.run = run_, .batch = batch, .observations = std::move(observations.mapped())});
}
}  // namespace leadline::agent
