#include "coordinator/manifests/migration_policy.hpp"

#include "coordinator/manifests/number.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace leadline {
namespace {
using nlohmann::json;

Labels labels_at(Manifest const& manifest, std::string_view pointer) {
  Labels labels;
  auto const* const object = manifest.find(pointer);
  if (object == nullptr || !object->is_object()) return labels;
  for (auto const& [key, value] : object->items())
    labels.emplace(key, value.is_string() ? value.get<std::string>() : value.dump());
  return labels;
}

std::optional<bool> truth_at(Manifest const& manifest, std::string_view pointer) {
  auto const* const value = manifest.find(pointer);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

enum class Selection { no, unknown, yes };

Selection selection_by(Labels const& wanted, KnownLabels const& known) {
  auto result = Selection::yes;
  for (auto const& [key, value] : wanted) {
    auto const found = known.labels.find(key);
    bool const there = found != known.labels.end();
    if (there && found->second == value) continue;
    if (there || known.all) return Selection::no;
    result = Selection::unknown;
  }
  return result;
}

/// Does the first win over the second where both select a VM?
bool goes_before(MigrationPolicy const& one, MigrationPolicy const& other) {
  auto const rank = [](MigrationPolicy const& policy) {
    return std::pair{policy.machine.size() + policy.space.size(), policy.machine.size()};
  };
  return rank(one) != rank(other) ? rank(one) > rank(other) : one.name < other.name;
}
}  // namespace

KnownLabels read_labels(Manifest const& manifest) {
  return {.labels = labels_at(manifest, "/metadata/labels"), .all = true};
}

KnownLabels labels_of_namespace(std::vector<Manifest> const& manifests, std::string const& space) {
  auto const found = std::ranges::find_if(manifests, [&](Manifest const& manifest) {
    return manifest.kind == "Namespace" && manifest.name == space;
  });
  auto known = found == manifests.end() ? KnownLabels{} : read_labels(*found);
  if (!space.empty()) known.labels.insert_or_assign("kubernetes.io/metadata.name", space);
  return known;
}

std::optional<MigrationPolicy> read_migration_policy(Manifest const& manifest) {
  if (manifest.kind != "MigrationPolicy") return std::nullopt;
  auto const* const selectors = manifest.find("/spec/selectors");
  MigrationPolicy policy{
      .name = manifest.name,
      .has_selectors = selectors != nullptr && selectors->is_object(),
      .machine = labels_at(manifest, "/spec/selectors/virtualMachineInstanceSelector"),
      .space = labels_at(manifest, "/spec/selectors/namespaceSelector"),
      .completion_timeout_per_gib = {},
      .bandwidth_per_migration = {},
      .allow_auto_converge = truth_at(manifest, "/spec/allowAutoConverge"),
      .allow_post_copy = truth_at(manifest, "/spec/allowPostCopy")};
  constexpr long longest = 1'000'000'000;
  if (auto const* const value = manifest.find("/spec/completionTimeoutPerGiB"))
    if (auto const number = whole_number(*value); number && *number >= 1 && *number <= longest)
      policy.completion_timeout_per_gib = std::chrono::seconds{*number};
  if (auto const* const value = manifest.find("/spec/bandwidthPerMigration"))
    if (auto const octets =
            parse_quantity(value->is_string() ? value->get<std::string>() : value->dump()))
      policy.bandwidth_per_migration = BitRate{*octets * 8};
  return policy;
}

MigrationSettings with_policy(MigrationSettings settings, MigrationPolicy const& policy) {
  settings.completion_timeout_per_gib =
      policy.completion_timeout_per_gib.value_or(settings.completion_timeout_per_gib);
  settings.bandwidth_per_migration =
      policy.bandwidth_per_migration.value_or(settings.bandwidth_per_migration);
  settings.allow_auto_converge = policy.allow_auto_converge.value_or(settings.allow_auto_converge);
  settings.allow_post_copy = policy.allow_post_copy.value_or(settings.allow_post_copy);
  return settings;
}

PolicyChoice choose_policy(std::vector<MigrationPolicy> const& policies, KnownLabels const& machine,
                           KnownLabels const& space) {
  PolicyChoice choice;
  for (auto const& policy : policies) {
    if (!policy.has_selectors) continue;
    auto const selection =
        std::min(selection_by(policy.machine, machine), selection_by(policy.space, space));
    if (selection == Selection::unknown) choice.possible.push_back(&policy);
    if (selection == Selection::yes &&
        (choice.chosen == nullptr || goes_before(policy, *choice.chosen)))
      choice.chosen = &policy;
  }
  std::erase_if(choice.possible, [&](MigrationPolicy const* policy) {
    return choice.chosen != nullptr && goes_before(*choice.chosen, *policy);
  });
  return choice;
}
}  // namespace leadline
