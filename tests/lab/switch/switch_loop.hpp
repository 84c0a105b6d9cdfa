#pragma once
#include "tests/lab/network/file_descriptor.hpp"
#include "tests/lab/switch/fabric_settings.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace leadline::lab {

/// Lies in memory that the switch's process shares with the runner's.
struct SharedTraffic {
  /// steady_clock, in nanoseconds: when an IP packet last left a node. 0: never.
  std::atomic<std::int64_t> last_packet_ns{0};
};

/// Carries frames between the TAPs (one a port, in the order of the settings) until SIGTERM, which
/// must be blocked when this is called. Then writes the counters to `report`, as JSON.
void run_switch(FabricSettings settings, std::vector<FileDescriptor> taps, SharedTraffic& traffic,
                std::filesystem::path const& report);
}  // namespace leadline::lab
