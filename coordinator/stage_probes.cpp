#include "coordinator/stage_probes.hpp"

#include <stdexcept>

namespace leadline {

StageWork stage_probes(Stage stage, Plan const& plan) {
  using namespace std::chrono_literals;
  switch (stage) {
    case Stage::reach:
      return {.probes = {Reach{}}, .concurrency = 32, .longest = 12s};
    case Stage::tls:
      return {.probes = {TlsHandshake{}}, .concurrency = 8, .longest = 10s};
    case Stage::path_mtu:
      return {.probes = {PathMtu{}, TcpPush{}}, .concurrency = 4, .longest = 15s};
    case Stage::latency:
      return {.probes = {Latency{.duration_ms = plan.latency_duration,
                                 .interval_us = plan.latency_interval}},
              .concurrency = 8,
              .longest = plan.latency_duration + 3s};
    case Stage::facts:
    case Stage::layer2:
    case Stage::bandwidth:
      break;
  }
  throw std::logic_error{"a stage without probes of its own"};
}

std::vector<AnyProbe> synchronization_probes(Plan const& plan) {
  std::vector<AnyProbe> probes;
  probes.reserve(plan.synchronization_addresses.size());
  for (auto const& endpoint : plan.synchronization_addresses)
    probes.emplace_back(SyncPort{.endpoint = endpoint});
  return probes;
}

std::string name_of(AnyProbe const& probe) {
  return std::visit([](auto const& p) { return std::string{p.name}; }, probe);
}
}  // namespace leadline
