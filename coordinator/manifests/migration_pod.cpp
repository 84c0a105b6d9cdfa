#include "coordinator/manifests/migration_pod.hpp"

#include "coordinator/manifests/address_set.hpp"
#include "probes/linux/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace leadline {
namespace {
using nlohmann::json;
constexpr std::string_view status_key = "/metadata/annotations/k8s.v1.cni.cncf.io~1network-status";

std::string text_of(json const* value) {
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

void read_interface(json const& interface, MigrationPod& pod) {
  pod.network = interface.contains("name") ? text_of(&interface["name"]) : std::string{};
  if (!interface.contains("ips") || !interface["ips"].is_array()) return;
  for (auto const& item : interface["ips"]) {
    auto const text = text_of(&item);
    if (auto const address = parse_address(text))
      pod.addresses.push_back(*address);
    else
      pod.mistake = fmt::format("'{}' is not an IP address", text);
  }
}
}  // namespace

std::optional<boost::asio::ip::address> MigrationPod::migration_address() const {
  auto const found = std::ranges::find_if(addresses, is_global_unicast);
  return found == addresses.end() ? std::nullopt : std::optional{*found};
}

std::optional<MigrationPod> read_migration_pod(Manifest const& manifest) {
  if (manifest.kind != "Pod") return std::nullopt;
  auto const label = text_of(manifest.find("/metadata/labels/kubevirt.io"));
  bool const handler = label == "virt-handler";
  if (!handler && label != "virt-synchronization-controller") return std::nullopt;
  auto const phase = text_of(manifest.find("/status/phase"));
  if (phase == "Succeeded" || phase == "Failed") return std::nullopt;
  MigrationPod pod{
      .manifest = &manifest,
      .role = handler ? MigrationPod::Role::handler : MigrationPod::Role::synchronization,
      .node = text_of(manifest.find("/spec/nodeName"))};
  auto const status = text_of(manifest.find(status_key));
  if (status.empty()) return pod;
  auto const document = read_json_document(status);
  if (!document || !document->value.is_array()) {
    pod.mistake = document ? "the network-status annotation is not a list"
                           : "the network-status annotation: " + document.error().message;
    return pod;
  }
  for (auto const& interface : document->value)
    if (interface.is_object() && interface.contains("interface") &&
        interface["interface"] == "migration0")
      read_interface(interface, pod);
  return pod;
}
}  // namespace leadline
