#pragma once
#include <sys/resource.h>

namespace leadline {

/// Raises this process's limit of descriptors to what it may be (getrlimit(2)): each agent, each
/// peer and each probe under way is one, and the usual soft limit of 1024 runs out.
inline void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}
}  // namespace leadline
