#include "coordinator/manifests/migration_settings.hpp"

#include "coordinator/manifests/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

std::string text_of(json const* value) {
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string{};
}

/// Reads the settings of one object, each where the stanza has it.
class SettingsReader {
 public:
  SettingsReader(Manifest const& manifest, std::string_view stanza,
                 std::vector<SettingMistake>& mistakes)
      : manifest_{manifest}, stanza_{stanza}, mistakes_{mistakes} {}

  void seconds(char const* key, std::chrono::seconds& place) {
    if (auto const* const value = find(key);
        value != nullptr && value->is_number_integer() && *value == 0) {
      // virt-launcher's migration monitor compares only with timeouts other than 0.
      wrong(key, fmt::format("{} is 0, which KubeVirt takes for no timeout", key),
            "CONFIG_TIMEOUT_OFF");
      return;
    }
    long number = place.count();
    whole(key, number);
    place = std::chrono::seconds{number};
  }

  void whole(char const* key, long& place) {
    auto const* const value = find(key);
    if (value == nullptr) return;
    constexpr long most = 1'000'000'000;
    if (value->is_number_integer() && *value > 0 && *value <= most)
      place = value->get<long>();
    else
      wrong(key, fmt::format("{} is {}: a whole number from 1 to {} is wanted", key, shown(*value),
                             most));
  }

  void truth(char const* key, bool& place) {
    auto const* const value = find(key);
    if (value == nullptr) return;
    if (value->is_boolean())
      place = value->get<bool>();
    else
      wrong(key, fmt::format("{} is {}: true or false is wanted", key, shown(*value)));
  }

  void bandwidth(char const* key, BitRate& place) {
    auto const* const value = find(key);
    if (value == nullptr) return;
    auto const octets =
        parse_quantity(value->is_string() ? value->get<std::string>() : value->dump());
    if (octets)
      place = BitRate{*octets * 8};
    else
      wrong(key,
            fmt::format("{} is {}: octets a second are wanted, such as 64Mi", key, shown(*value)));
  }

  void text(char const* key, std::string& place) {
    if (auto word = text_of(find(key)); !word.empty()) place = std::move(word);
  }

 private:
  json const* find(char const* key) {
    auto const* const value = manifest_.find(pointer_to(stanza_, key));
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  void wrong(char const* key, std::string message, std::string_view code = "CONFIG_VALUE") {
    mistakes_.push_back({.place = manifest_.place(pointer_to(stanza_, key)),
                         .message = std::move(message),
                         .code = code});
  }

  Manifest const& manifest_;
  std::string_view stanza_;
  std::vector<SettingMistake>& mistakes_;
};

void read_stanza(SettingsReader reader, MigrationSettings& settings) {
  reader.text("network", settings.network);
  reader.seconds("completionTimeoutPerGiB", settings.completion_timeout_per_gib);
  reader.seconds("progressTimeout", settings.progress_timeout);
  reader.whole("parallelMigrationsPerCluster", settings.parallel_per_cluster);
  reader.whole("parallelOutboundMigrationsPerNode", settings.parallel_outbound_per_node);
  reader.bandwidth("bandwidthPerMigration", settings.bandwidth_per_migration);
  reader.truth("allowAutoConverge", settings.allow_auto_converge);
  reader.truth("allowPostCopy", settings.allow_post_copy);
  reader.truth("disableTLS", settings.disable_tls);
}

/// Also of a list of {name, state}, as HyperConverged v1 has it. Nothing: the gate is not named.
std::optional<bool> gate_state(json const* gates, std::string_view name) {
  if (gates == nullptr) return std::nullopt;
  if (gates->is_object()) {
    auto const found = gates->find(name);
    return found == gates->end() || found->is_null() ? std::nullopt : std::optional{*found == true};
  }
  if (!gates->is_array()) return std::nullopt;
  for (auto const& gate : *gates) {
    if (gate == name) return true;
    if (gate.is_object() && gate.contains("name") && gate["name"] == name)
      return !gate.contains("state") || gate["state"] == "Enabled";
  }
  return std::nullopt;
}

/// What HyperConverged takes where it does not name the gate: off up to 1.17. Later versions are
/// not alike.
std::optional<bool> default_gate(std::optional<Version> version) {
  constexpr Version last_without{1, 17};
  return version && *version <= last_without ? std::optional{false} : std::nullopt;
}

std::optional<Version> operator_version(Manifest const& hyperconverged) {
  auto const* const versions = hyperconverged.find("/status/versions");
  if (versions == nullptr || !versions->is_array()) return std::nullopt;
  for (auto const& entry : *versions)
    if (entry.is_object() && entry.contains("name") && entry["name"] == "operator" &&
        entry.contains("version"))
      return parse_version(text_of(&entry["version"]));
  return std::nullopt;
}

/// What HyperConverged sets where its own object says nothing.
void hyperconverged_defaults(std::optional<Version> version, MigrationSettings& settings) {
  using std::chrono::seconds;
  if (!version || *version >= Version{1, 19}) {
    settings.completion_timeout_per_gib = seconds{20};
    settings.parallel_outbound_per_node = 1;
  } else {
    settings.completion_timeout_per_gib = seconds{*version >= Version{1, 14} ? 150 : 800};
  }
}

void read_kubevirt(Manifest const& kubevirt, MigrationSettings& settings) {
  auto version = parse_version(text_of(kubevirt.find("/status/observedKubeVirtVersion")));
  if (!version) version = parse_version(text_of(kubevirt.find("/status/targetKubeVirtVersion")));
  settings.version = version;
  if (version && *version <= Version{1, 3})
    settings.completion_timeout_per_gib = std::chrono::seconds{800};
  auto const* const addresses = kubevirt.find("/status/synchronizationAddresses");
  if (addresses != nullptr && addresses->is_array())
    for (auto const& address : *addresses)
      if (address.is_string()) settings.synchronization_addresses.push_back(address);
  settings.decentralized =
      !settings.synchronization_addresses.empty() ||
      gate_state(kubevirt.find("/spec/configuration/developerConfiguration/featureGates"),
                 "DecentralizedLiveMigration")
          .value_or(false);
}
}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  auto const dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto const rest = text.substr(dot + 1);
  auto const major = parse_number<int>(text.substr(0, dot));
  auto const minor = parse_number<int>(rest.substr(0, rest.find_first_not_of("0123456789")));
  if (!major || !minor) return std::nullopt;
  return Version{*major, *minor};
}

std::string format(Version const& version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

MigrationSettings read_migration_settings(std::vector<Manifest> const& manifests,
                                          std::vector<SettingMistake>& mistakes) {
  MigrationSettings settings;
  for (auto const& manifest : manifests) {
    if (manifest.kind == "KubeVirt") settings.kubevirt = &manifest;
    if (manifest.kind == "HyperConverged") settings.hyperconverged = &manifest;
  }
  if (settings.settings() != nullptr) settings.space = settings.settings()->space;
  if (settings.kubevirt != nullptr) {
    read_kubevirt(*settings.kubevirt, settings);
    settings.stanza = "/spec/configuration/migrations";
  }
  if (settings.hyperconverged != nullptr) {
    auto const& object = *settings.hyperconverged;
    auto const version = operator_version(object);
    hyperconverged_defaults(version, settings);
    auto const* const newer = object.find("/spec/virtualization/liveMigrationConfig");
    settings.stanza = newer != nullptr
                          ? std::string_view{"/spec/virtualization/liveMigrationConfig"}
                          : std::string_view{"/spec/liveMigrationConfig"};
    read_stanza({object, settings.stanza, mistakes}, settings);
    auto const gate = gate_state(object.find("/spec/featureGates"), "decentralizedLiveMigration");
    if (gate.value_or(false))
      settings.decentralized = true;
    else if (settings.kubevirt == nullptr)
      settings.decentralized = gate ? gate : default_gate(version);
  }
  // HyperConverged writes its settings into the KubeVirt object, which is what takes effect.
  if (settings.kubevirt != nullptr)
    read_stanza({*settings.kubevirt, "/spec/configuration/migrations", mistakes}, settings);
  return settings;
}

MigrationSettings under_policy(MigrationSettings settings, Manifest const& policy,
                               std::vector<SettingMistake>& mistakes) {
  SettingsReader reader{policy, "/spec", mistakes};
  reader.seconds("completionTimeoutPerGiB", settings.completion_timeout_per_gib);
  reader.bandwidth("bandwidthPerMigration", settings.bandwidth_per_migration);
  reader.truth("allowAutoConverge", settings.allow_auto_converge);
  reader.truth("allowPostCopy", settings.allow_post_copy);
  return settings;
}
}  // namespace leadline
