#pragma once
#include <algorithm>
#include <sched.h>
#include <thread>

namespace leadline {

/// How many processors this thread, and those that it starts, may run on: the node's, or fewer by
/// its affinity (sched_setaffinity(2), taskset, a cpuset), which hardware_concurrency() ignores.
inline unsigned usable_processors() {
  cpu_set_t usable;
  // Refused where the kernel knows of more processors than the set has room for: 1024.
  if (::sched_getaffinity(0, sizeof usable, &usable) == 0)
    return static_cast<unsigned>(CPU_COUNT(&usable));
  return std::max(1U, std::thread::hardware_concurrency());
}
}  // namespace leadline
