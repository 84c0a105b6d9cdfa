#pragma once
#include <ctime>
#include <pthread.h>
#include <sched.h>

namespace leadline::bench {

/// The calling thread runs on this processor only; -1: anywhere.
inline void run_on(int processor) {
  if (processor < 0) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<unsigned>(processor), &only);
  ::pthread_setaffinity_np(::pthread_self(), sizeof only, &only);
}

/// What the calling thread has used of a processor.
inline double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Calls under way at a time: as many as an agent has towards its peers, so that neither side
/// sleeps between two.
constexpr int at_once = 16;
}  // namespace leadline::bench
