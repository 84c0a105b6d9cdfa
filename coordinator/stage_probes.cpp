#include "coordinator/stage_probes.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace leadline {

StageWork stage_probes(Stage stage, Plan const& plan) {
  using namespace std::chrono_literals;
  switch (stage) {
    case Stage::reach:
      return {.probes = {Reach{}}, .concurrency = 32, .longest = 14s};
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

std::map<Family, std::vector<AnyProbe>> by_family(std::vector<AnyProbe> probes,
                                                  std::vector<Listening> const& listening) {
  auto const over = [&](AnyProbe const& probe) {
    auto const* sync = std::get_if<SyncPort>(&probe);
    if (sync == nullptr) return listening.front().family;
    auto const wanted = sync->endpoint.starts_with('[') ? Family::ipv6 : Family::ipv4;
    return std::ranges::count(listening, wanted, &Listening::family) > 0 ? wanted
                                                                         : listening.front().family;
  };
  std::map<Family, std::vector<AnyProbe>> grouped;
  for (auto& probe : probes) grouped[over(probe)].push_back(std::move(probe));
  return grouped;
}

std::string name_of(AnyProbe const& probe) {
  return std::visit([](auto const& p) { return std::string{p.name}; }, probe);
}
}  // namespace leadline
