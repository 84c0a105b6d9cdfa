#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace leadline {
namespace {
using nlohmann::json;
/// virt-launcher's own, in the pod that the VM shares (KubeVirt's reserved ports).
constexpr std::array reserved{22222, 49152, 49153};

bool takes_reserved(json const& interface) {
  if (!interface.is_object() || !interface.contains("masquerade") || !interface.contains("ports") ||
      !interface["ports"].is_array())
    return false;
  return std::ranges::any_of(interface["ports"], [](json const& entry) {
    return entry.is_object() && entry.contains("port") &&
           std::ranges::any_of(reserved, [&](int port) { return entry["port"] == port; });
  });
}

bool clashes(Manifest const& machine) {
  auto const* const interfaces = machine.find("/spec/domain/devices/interfaces");
  return machine.kind == "VirtualMachineInstance" && interfaces != nullptr &&
         interfaces->is_array() && std::ranges::any_of(*interfaces, takes_reserved);
}
}  // namespace

void check_ports(ClusterManifests const& cluster, ConfigFindings& found) {
  if (!cluster.tells_of("VirtualMachineInstance"))
    found.not_checked(cluster.name, "VMs whose ports clash with a migration's",
                      "the running VMs, if there are any: oc get vmi -A -o yaml");
  constexpr std::size_t most = 20;
  std::vector<std::string> places;
  std::size_t count = 0;
  for (auto const& manifest : cluster.manifests) {
    if (!clashes(manifest)) continue;
    if (++count <= most)
      places.push_back(format(manifest.place("/spec/domain/devices/interfaces")) + ": " +
                       manifest.title());
  }
  if (count > 0)
    found.add("CONFIG_PORT_CLASH", scope_of(cluster),
              fmt::format("cluster {}: {} VMs forward a port that KubeVirt needs for migration",
                          cluster.name, count),
              std::move(places));
}
}  // namespace leadline
