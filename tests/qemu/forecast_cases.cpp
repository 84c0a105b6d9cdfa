#include "tests/qemu/forecast_cases.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline::lab {
namespace {
using namespace literals;

/// What a path is set to carry, and what it does to packets.
struct PathSettings {
  BitRate rate;
  int delay_ms{};  ///< each way
  std::string loss{"0%"};
  int mtu{9000};
};

std::string about(PathSettings const& path) {
  auto text = fmt::format("{:.0f} Mbit/s", path.rate.per_second / 1e6);
  if (path.delay_ms > 0) text += fmt::format(", {} ms each way", path.delay_ms);
  if (path.loss != "0%") text += fmt::format(", {} lost", path.loss);
  if (path.mtu != 9000) text += fmt::format(", MTU {}", path.mtu);
  return text;
}

std::string scenario(PathSettings const& path) {
  return fmt::format(R"(about: A path that VMs migrate over.
clusters: {{east: 1, west: 1}}
mtu: {}
faults:
  - {{inter_cluster: both, rate: {:.0f}Mbit, delay: {}ms, loss: {}}}
check: --stages facts,reach,bandwidth --wait 10s
plan: {{bandwidth: {{streams: [1, 8], transports: [tls], duration: 3s}}}}
expect: {{verdict: not_ready}}
)",
                     path.mtu, path.rate.per_second / 1e6, path.delay_ms, path.loss);
}

struct Vm {
  Bytes memory;
  Bytes working_set;
  double dirty_share{};  ///< the dirty rate against what the path is set to carry
  int streams{1};
  bool tls{};
};

LiveMigration migration(Vm const& vm, BitRate rate) {
  auto const carried = rate.per_second / 8;
  auto const once = static_cast<double>(vm.memory.count) / carried;
  // Twice what it takes by the geometric series; a few passes where it never ends.
  auto const limit = vm.dirty_share < 1 ? 2 * once / (1 - vm.dirty_share) : 3 * once;
  return {.load = {.memory = vm.memory,
                   .working_set = vm.working_set,
                   .dirty_rate = carried * vm.dirty_share},
          .streams = vm.streams,
          .tls = vm.tls,
          .deadline = std::chrono::duration<double>{limit + 8}};
}

ForecastPath path(std::string name, PathSettings const& settings, std::vector<Vm> const& vms,
                  bool quick = false) {
  ForecastPath result{.name = std::move(name),
                      .about = about(settings),
                      .scenario = scenario(settings),
                      .migrations = {},
                      .quick = quick};
  for (auto const& vm : vms) result.migrations.push_back(migration(vm, settings.rate));
  return result;
}
}  // namespace

std::vector<ForecastPath> forecast_paths() {
  constexpr bool tls = true;
  return {
      path("middle", {.rate = 200_Mbps},
           {{64_MiB, 32_MiB, 0},
            {64_MiB, 32_MiB, .5},
            {128_MiB, 48_MiB, .7, 1, tls},
            {128_MiB, 64_MiB, 1.4},
            {128_MiB, 2_MiB, 3},
            {192_MiB, 96_MiB, .3, 8, tls}}),
      path("fast", {.rate = 400_Mbps},
           {{128_MiB, 64_MiB, .5}, {256_MiB, 128_MiB, .3, 1, tls}, {128_MiB, 64_MiB, 1.5, 8}}),
      path("slow", {.rate = 100_Mbps},
           {{64_MiB, 16_MiB, .5, 1, tls}, {32_MiB, 16_MiB, 1.5}, {64_MiB, 24_MiB, .3, 8, tls}}),
      path("very_slow", {.rate = 50_Mbps}, {{32_MiB, 8_MiB, .5}, {32_MiB, 1_MiB, 2, 1, tls}}, true),
      path("near", {.rate = 200_Mbps, .delay_ms = 2},
           {{128_MiB, 64_MiB, .5, 1, tls}, {64_MiB, 32_MiB, .7}, {64_MiB, 32_MiB, 1.5, 8, tls}}),
      path("far", {.rate = 100_Mbps, .delay_ms = 20},
           {{64_MiB, 32_MiB, .3}, {64_MiB, 32_MiB, .6, 1, tls}, {48_MiB, 24_MiB, 1.4}}),
      path("lossy", {.rate = 200_Mbps, .loss = "0.01%"},
           {{128_MiB, 48_MiB, .4, 1, tls}, {128_MiB, 64_MiB, 1.6}, {64_MiB, 32_MiB, .5, 8, tls}}),
      path("far_and_lossy", {.rate = 100_Mbps, .delay_ms = 5, .loss = "0.02%"},
           {{64_MiB, 24_MiB, .2, 8, tls}, {48_MiB, 16_MiB, 2.5}}),
      path("small_packets", {.rate = 200_Mbps, .mtu = 1500},
           {{128_MiB, 48_MiB, .5, 1, tls}, {64_MiB, 32_MiB, 1.5}, {64_MiB, 3_MiB, 1.5, 1, tls}}),
  };
}
}  // namespace leadline::lab
