#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace leadline {
namespace {
constexpr std::string_view published = "/status/synchronizationAddresses";

/// "10.0.0.1:9185", "[fd00::1]:9185".
struct Published {
  std::string host;
  std::string port;  ///< empty: none
};

Published parts_of(std::string const& text) {
  auto const colon = text.rfind(':');
  bool const bare_v6 = text.find(':') != colon && !text.starts_with('[');
  if (colon == std::string::npos || bare_v6) return {text, {}};
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, text.substr(colon + 1)};
}

void check_address(ClusterManifests const& of, std::string const& text, ConfigFindings& found) {
  auto const [host, port] = parts_of(text);
  auto const where = format(of.settings.kubevirt->place(published));
  auto const address = parse_address(host);
  if (!address) {
    found.add("CONFIG_VALUE", scope_of(of),
              fmt::format("cluster {}: the synchronization address '{}' is no IP address "
                          "with a port",
                          of.name, text),
              {where});
    return;
  }
  if (port != "9185")
    found.add("CONFIG_SYNC_PORT", scope_of(of),
              fmt::format("cluster {}: the synchronization address {} names {}", of.name, text,
                          port.empty() ? "no port" : "another port than 9185"),
              {where});
  auto const* const attachment = of.migration_attachment();
  if (attachment == nullptr || attachment->addresses.pools.empty()) return;
  if (std::ranges::none_of(attachment->addresses.pools,
                           [&](AddressPool const& pool) { return pool.block.contains(*address); }))
    found.add("CONFIG_SYNC_OUTSIDE", scope_of(of),
              fmt::format("cluster {}: the synchronization address {} lies outside {}", of.name,
                          text, format(attachment->addresses.pools.front().block)),
              {where, place_in_config(*attachment, "/ipam")});
}
}  // namespace

void check_synchronization(ClusterManifests const& of, ConfigFindings& found) {
  auto const& settings = of.settings;
  constexpr auto kubevirt_object = "the KubeVirt object: oc get kubevirt -A -o yaml";
  if (settings.settings() != nullptr && !settings.decentralized)
    found.not_checked(of.name, "whether migration between clusters is enabled", kubevirt_object);
  if (!settings.decentralized.value_or(true)) {
    found.add("CONFIG_GATE_OFF", scope_of(of),
              fmt::format("cluster {}: migration between clusters is not enabled", of.name),
              {format(settings.kubevirt != nullptr
                          ? settings.kubevirt->place("/spec/configuration")
                          : settings.hyperconverged->place("/spec/featureGates"))});
    return;
  }
  if (settings.kubevirt == nullptr) {
    found.not_checked(of.name, "the synchronization addresses and the version", kubevirt_object);
    return;
  }
  if (settings.synchronization_addresses.empty())
    found.add("CONFIG_SYNC_MISSING", scope_of(of),
              fmt::format("cluster {} publishes no synchronization address", of.name),
              {format(settings.kubevirt->place(published))});
  for (auto const& address : settings.synchronization_addresses) check_address(of, address, found);
}
}  // namespace leadline
