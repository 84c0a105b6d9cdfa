#include "coordinator/estimate/machine.hpp"

#include "coordinator/manifests/migration_settings.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

std::optional<Bytes> size_of(json const& value) {
  auto const number = parse_quantity(value.is_string() ? value.get<std::string>() : value.dump());
  if (!number) return std::nullopt;
  return Bytes{static_cast<std::uint64_t>(*number)};
}

/// Where the guest's memory stands, the surest first.
constexpr std::array<std::string_view, 4> memory_places{
    "/status/memory/guestCurrent", "/spec/domain/memory/guest",
    "/spec/domain/resources/requests/memory", "/spec/domain/resources/limits/memory"};

void read_memory(Manifest const& manifest, Machine& machine, MachineReading& reading) {
  for (auto const place : memory_places) {
    auto const* const value = manifest.find(place);
    if (value == nullptr) continue;
    if (auto const size = size_of(*value); size && size->count > 0) {
      machine.memory = *size;
      return;
    }
    reading.pointer = place;
    reading.mistake = fmt::format("{} is no size, such as 64Gi", shown(*value));
    return;
  }
  reading.pointer = "/spec/domain";
  reading.mistake = "neither memory.guest nor resources.requests.memory is there";
}

void read_disks(Manifest const& manifest, Machine& machine, MachineReading& reading) {
  auto const* const volumes = manifest.find("/status/volumeStatus");
  if (volumes == nullptr || !volumes->is_array()) return;
  for (std::size_t i = 0; i < volumes->size(); ++i) {
    auto const claim = fmt::format("/status/volumeStatus/{}/persistentVolumeClaimInfo", i);
    for (auto const* const part : {"/capacity/storage", "/requests/storage"}) {
      auto const* const value = manifest.find(claim + part);
      if (value == nullptr) continue;
      auto const size = size_of(*value);
      if (size) {
        machine.disk = machine.disk + *size;
      } else {
        reading.pointer = claim + part;
        reading.mistake = fmt::format("{} is no size, such as 200Gi", shown(*value));
      }
      break;
    }
  }
}
}  // namespace

MachineReading read_machine(Manifest const& manifest) {
  if (manifest.kind != "VirtualMachineInstance") return {};
  MachineReading reading;
  Machine machine;
  machine.name = manifest.space.empty() ? manifest.name : manifest.space + "/" + manifest.name;
  machine.space = manifest.space;
  machine.labels = read_labels(manifest);
  if (auto const* const node = manifest.find("/status/nodeName");
      node != nullptr && node->is_string())
    machine.node = *node;
  auto const* const dedicated = manifest.find("/spec/domain/cpu/dedicatedCpuPlacement");
  machine.single_stream = (dedicated != nullptr && *dedicated == true) ||
                          manifest.find("/spec/domain/resources/limits/cpu") != nullptr;
  read_memory(manifest, machine, reading);
  if (reading.mistake.empty()) read_disks(manifest, machine, reading);
  reading.machine = std::move(machine);
  return reading;
}
}  // namespace leadline
