#pragma once
#include "probes/core/units.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace leadline {

using Seconds = std::chrono::duration<double>;

/// A VM, as far as its migration cares.
struct Workload {
  Bytes memory;         ///< that is not zero: what the first pass sends
  Bytes disk;           ///< all disks: between clusters they are copied as well
  double dirty_rate{};  ///< octets a second that the guest writes anew while it migrates
  Bytes working_set;    ///< what it writes to again and again; no pass sends more but the first
};

/// How it is sent.
struct Transfer {
  BitRate bandwidth;            ///< that this migration gets, all its streams together
  Seconds downtime_limit{0.3};  ///< QEMU's downtime-limit: 300 ms
  bool auto_converge{};
  bool post_copy{};
};

/// What KubeVirt gives it: completionTimeoutPerGiB for each 10^9 octets that are begun, of memory
/// and disks together.
Seconds deadline_of(std::chrono::seconds per_gib, Bytes memory, Bytes disk);

/// How far a migration is: one end of a straight line.
struct Milestone {
  Seconds time;
  double remaining{};  ///< octets
};

/// A migration that was thought through to its end.
struct Forecast {
  enum class End {
    converges,  ///< what remains fits into the downtime
    post_copy,  ///< the guest moved at the deadline, and its memory followed
    cancelled,  ///< it would converge, but not before the deadline
    never       ///< it is dirtied as fast as it is sent
  };
  End end{End::never};
  Seconds duration{};  ///< of all; of one that is cancelled, what it would have taken; 0: for ever
  Seconds disk_time{};
  Seconds downtime{};  ///< without the device state
  int passes{};
  double least_throttle{};        ///< by how much auto-converge slows the guest at last, 0 to 0.99
  std::vector<Milestone> course;  ///< as far as it was thought through
};

/// Pre-copy as QEMU does it (migration/migration.c, migration/ram.c of 7.2): each pass sends what
/// the guest dirtied during the pass before, until what remains fits into the downtime limit. As it
/// looks only when it expects that, the downtime is near the limit. `deadline` empty: none.
Forecast forecast(Workload const& workload, Transfer const& transfer,
                  std::optional<Seconds> deadline);

/// Does the VM arrive on the other side in time?
bool succeeds(Forecast const& forecast);
std::string_view format(Forecast::End end);
}  // namespace leadline
