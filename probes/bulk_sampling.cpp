#include "probes/bulk_sampling.hpp"

#include "probes/core/within.hpp"
#include "probes/linux/usable_processors.hpp"

#include <algorithm>
#include <numeric>

namespace leadline {
namespace {
using namespace std::chrono_literals;
constexpr auto tolerable_delay = 20ms;

std::vector<TcpSnapshot> snapshots_of(BulkStreams const& streams) {
  std::vector<TcpSnapshot> snapshots;
  for (auto const& stream : streams) snapshots.push_back(stream->snapshot());
  return snapshots;
}
}  // namespace

std::uint64_t octets_of(BulkStreams const& streams) {
  return std::accumulate(streams.begin(), streams.end(), std::uint64_t{0},
                         [](auto sum, auto const& stream) { return sum + stream->octets(); });
}

bool ended(BulkStreams const& streams) {
  return std::ranges::all_of(streams, [](auto const& stream) { return stream->done(); });
}

std::string failure_of(BulkStreams const& streams) {
  for (auto const& stream : streams)
    if (stream->done() && !stream->failure().empty()) return stream->failure();
  return {};
}

BulkSampling::BulkSampling(BulkStreams const& streams, std::chrono::nanoseconds warm_up)
    : streams_{streams}, began_{Clock::now()}, series_{warm_up} {
  series_.add(0ns, octets_of(streams_));
}

void BulkSampling::take(Clock::time_point due) {
  if (ended(streams_)) return;
  auto const now = Clock::now();
  auto const octets = octets_of(streams_);
  if (octets == 0) {
    began_ = now;
    return;
  }
  series_.add(now - began_, octets);
  auto const late = now - due;
  ++delay_.samples;
  if (late > tolerable_delay) ++delay_.late;
  delay_.worst_ms =
      std::max(delay_.worst_ms, std::chrono::duration<double, std::milli>(late).count());
  add_moment(timeline_, std::chrono::duration_cast<std::chrono::milliseconds>(now - began_),
             snapshots_of(streams_));
}

/// A transfer too short to be sampled: all of it, from its first to its last octets.
void BulkSampling::describe_short_transfer(BulkCount& count) const {
  auto first = std::chrono::nanoseconds::max();
  auto last = 0ns;
  for (auto const& stream : streams_) {
    if (stream->first_moved() == 0ns) continue;
    first = std::min(first, stream->first_moved());
    last = std::max(last, stream->last_moved());
  }
  std::chrono::duration<double> const time = std::max(0ns, last - first);
  count.measured_seconds = time.count();
  count.rate_bits_per_second =
      time.count() > 0 ? (Bytes{count.transferred_bytes} / time).per_second : 0;
}

BulkCount BulkSampling::count() const {
  auto const& samples = series_.samples();
  BulkCount count;
  count.transferred_bytes = octets_of(streams_);
  count.samples_bits_per_second = samples;
  count.measured_seconds = series_.measured().count();
  count.rate_bits_per_second = series_.rate().per_second;
  count.relative_uncertainty = estimate_rate(samples).relative_uncertainty;
  count.relative_spread = relative_spread(samples);
  count.relative_drift = relative_drift(samples);
  count.stopped_early = stopped_early_;
  if (samples.empty()) describe_short_transfer(count);
  return count;
}

BulkEnd BulkSampling::end() const {
  BulkEnd end;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    auto const load = streams_[i]->load();
    end.cpu_seconds += load.seconds;
    end.load.all_share += load.share;
    if (load.share <= end.load.busiest_share) continue;
    end.load.busiest_share = load.share;
    end.load.busiest_stream = static_cast<int>(i);
  }
  end.load.all_share /= usable_processors();
  end.delay = delay_;
  end.streams = snapshots_of(streams_);
  end.timeline = timeline_;
  if (!streams_.empty()) end.cipher = streams_.front()->cipher();
  return end;
}

BulkSampling::Clock::time_point next_sample(BulkSampling::Clock::time_point due,
                                            BulkSampling::Clock::time_point now) {
  auto const missed = std::max(now - due, BulkSampling::Clock::duration{}) / BulkSampling::period;
  return due + (missed + 1) * BulkSampling::period;
}

boost::asio::awaitable<void> keep_sampling(std::vector<BulkSampling*> samplings) {
  boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
  auto due = BulkSampling::Clock::now() + BulkSampling::period;
  for (;;) {
    timer.expires_at(due);
    auto const [cancelled] = co_await timer.async_wait(no_throw);
    if (cancelled) co_return;
    for (auto* const sampling : samplings) sampling->take(due);
    due = next_sample(due, BulkSampling::Clock::now());
  }
}
}  // namespace leadline
