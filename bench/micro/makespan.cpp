// How much longer than the ideal do all bulk tests of an N x N mesh take, when some of them run
// into their time limit? Simulated time, the real schedule: bench_makespan [NODES
// [PER_CENT_TIMED_OUT]]
#include "coordinator/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <random>
#include <vector>

namespace {
using namespace leadline;
using namespace std::chrono_literals;
using Time = Schedule::Time;

constexpr auto duration = 10s;
constexpr auto time_limit = 30s;

struct Running {
  Time ends;
  BulkTest test;
  Schedule::End end{};

  bool operator>(Running const& other) const { return ends > other.ends; }
};

/// The simulated time at which all tests were settled.
std::chrono::duration<double> simulate(std::size_t nodes, double share_timed_out) {
  std::vector<NodePair> pairs;
  for (std::size_t a = 0; a < nodes; ++a)
    for (std::size_t b = 0; b < nodes; ++b)
      pairs.push_back({static_cast<NodeIndex>(a), static_cast<NodeIndex>(nodes + b)});
  Schedule schedule{pairs, {{.transport = "tcp", .streams = 1}}, 2 * nodes};
  std::mt19937 random{1};  // the same course each time
  std::bernoulli_distribution times_out{share_timed_out};
  std::priority_queue<Running, std::vector<Running>, std::greater<>> running;
  Time now{};
  while (!schedule.finished()) {
    for (auto test = schedule.next(now); test; test = schedule.next(now)) {
      bool const late = times_out(random);
      running.push({now + (late ? time_limit : duration), *test,
                    late ? Schedule::End::timed_out : Schedule::End::measured});
    }
    if (running.empty()) {
      now = *schedule.wake_at(now);
      continue;
    }
    auto const next = running.top();
    running.pop();
    now = next.ends;
    schedule.finish(next.test, next.end, now);
  }
  return now - Time{};
}
}  // namespace

int main(int count, char** words) {
  auto const nodes = count > 1 ? std::strtoul(words[1], nullptr, 10) : 200;
  auto const share = (count > 2 ? std::strtod(words[2], nullptr) : 1) / 100;
  constexpr unsigned long most = 2000;
  if (nodes < 1 || nodes > most || share < 0 || share > 0.5) {
    fmt::print(stderr, "bench_makespan [NODES of 1 to {} [PER_CENT_TIMED_OUT of 0 to 50]]\n", most);
    return 2;
  }
  auto const cpu = std::clock();
  auto const took = simulate(nodes, share);
  auto const cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  // Each node has `nodes` tests; those that time out are run again, which no schedule can avoid.
  auto const n = static_cast<double>(nodes);
  std::chrono::duration<double> const without_faults = n * std::chrono::duration<double>{duration};
  std::chrono::duration<double> const with_faults =
      without_faults + n * share / (1 - share) * std::chrono::duration<double>{time_limit};
  fmt::print(
      "{} x {} nodes, {:.1f} % time out: {:.0f} s, {:.3f} of the ideal with their time, "
      "{:.3f} without; matching: {:.2f} s of CPU\n",
      nodes, nodes, share * 100, took.count(), took / with_faults, took / without_faults,
      cpu_seconds);
}
