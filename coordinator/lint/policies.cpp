#include "coordinator/lint/rules.hpp"
#include "coordinator/manifests/number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>

namespace leadline {
namespace {
using nlohmann::json;

/// What must pass between the clusters.
struct Traffic {
  MigrationPod::Role role;
  std::string_view name;
  long lowest_port;
  long highest_port;
};

constexpr std::array needed{
    Traffic{MigrationPod::Role::handler, "migration data, tcp 32768 to 60999", 32768, 60999},
    Traffic{MigrationPod::Role::synchronization, "synchronization, tcp 9185", 9185, 9185},
};

json const* member(json const& object, char const* key) {
  if (!object.is_object()) return nullptr;
  auto const found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool expression_matches(json const& expression, json const* labels) {
  auto const* const key = member(expression, "key");
  auto const* const how = member(expression, "operator");
  if (key == nullptr || !key->is_string() || how == nullptr)
    return true;  // as if it were not there
  auto const* const label =
      labels == nullptr ? nullptr : member(*labels, key->get_ref<std::string const&>().c_str());
  auto const* const values = member(expression, "values");
  bool const listed = label != nullptr && values != nullptr && values->is_array() &&
                      std::ranges::count(*values, *label) > 0;
  if (*how == "In") return listed;
  if (*how == "NotIn") return !listed;
  if (*how == "Exists") return label != nullptr;
  if (*how == "DoesNotExist") return label == nullptr;
  return true;
}

/// An empty selector selects all (meta/v1 LabelSelector).
bool selects(json const* selector, json const* labels) {
  if (selector == nullptr) return true;
  if (auto const* const wanted = member(*selector, "matchLabels"); wanted != nullptr)
    for (auto const& [key, value] : wanted->items()) {
      auto const* const label = labels == nullptr ? nullptr : member(*labels, key.c_str());
      if (label == nullptr || *label != value) return false;
    }
  auto const* const expressions = member(*selector, "matchExpressions");
  if (expressions == nullptr || !expressions->is_array()) return true;
  return std::ranges::all_of(
      *expressions, [&](json const& expression) { return expression_matches(expression, labels); });
}

bool covers_ports(json const& rule, Traffic const& traffic) {
  auto const* const ports = member(rule, "ports");
  if (ports == nullptr || !ports->is_array() || ports->empty()) return true;
  return std::ranges::any_of(*ports, [&](json const& entry) {
    if (auto const* const protocol = member(entry, "protocol");
        protocol != nullptr && *protocol != "TCP")
      return false;
    auto const* const port = member(entry, "port");
    if (port == nullptr) return true;
    auto const lowest = whole_number(*port);
    if (!lowest) return false;
    auto const* const end = member(entry, "endPort");
    auto const highest = end == nullptr ? lowest : whole_number(*end);
    return highest && *lowest <= traffic.lowest_port && traffic.highest_port <= *highest;
  });
}

/// Does the peer entry let all of the addresses through? Pod and namespace selectors never do:
/// they are for pods of the same cluster.
bool covers_addresses(json const& peer, AddressSet const& addresses) {
  auto const* const block_entry = member(peer, "ipBlock");
  auto const* const cidr = block_entry == nullptr ? nullptr : member(*block_entry, "cidr");
  if (cidr == nullptr || !cidr->is_string()) return false;
  auto const block = parse_block(cidr->get_ref<std::string const&>());
  if (!block) return false;
  AddressSet let_in;
  let_in.add(block->range());
  if (auto const* const except = member(*block_entry, "except");
      except != nullptr && except->is_array())
    for (auto const& item : *except)
      if (item.is_string())
        if (auto const out = parse_block(item.get_ref<std::string const&>()))
          let_in.remove(out->range());
  return let_in.common_with(addresses).size() == addresses.size();
}

bool lets_pass(json const& policy_spec, char const* direction, char const* peers_key,
               Traffic const& traffic, AddressSet const& peers) {
  auto const* const rules = member(policy_spec, direction);
  if (rules == nullptr || !rules->is_array()) return false;
  return std::ranges::any_of(*rules, [&](json const& rule) {
    if (!covers_ports(rule, traffic)) return false;
    auto const* const from = member(rule, peers_key);
    if (from == nullptr || !from->is_array() || from->empty()) return true;
    return std::ranges::any_of(*from,
                               [&](json const& peer) { return covers_addresses(peer, peers); });
  });
}

bool isolates(json const& policy_spec, std::string_view direction) {
  auto const* const types = member(policy_spec, "policyTypes");
  if (types != nullptr && types->is_array()) return std::ranges::count(*types, json(direction)) > 0;
  // networking/v1 NetworkPolicy: without types Ingress always, Egress if it has rules.
  return direction == "Ingress" || member(policy_spec, "egress") != nullptr;
}

/// NetworkPolicy acts on the pod network only, MultiNetworkPolicy on the networks that it names.
bool is_about(Manifest const& policy, ClusterManifests const& of) {
  auto const network = of.network_name();
  if (policy.kind == "NetworkPolicy") return network.empty();
  if (policy.kind != "MultiNetworkPolicy" || network.empty()) return false;
  auto const* const named = policy.find("/metadata/annotations/k8s.v1.cni.cncf.io~1policy-for");
  if (named == nullptr || !named->is_string()) return false;
  auto const list = "," + named->get<std::string>() + ",";
  auto const short_name = network.substr(network.find('/') + 1);
  auto const lists = [&](std::string const& name) {
    return list.find("," + name + ",") != std::string::npos ||
           list.find(", " + name + ",") != std::string::npos;
  };
  return lists(network) || (policy.space == of.settings.space && lists(short_name));
}

AddressSet addresses_of(ClusterManifests const& cluster) {
  AddressSet all;
  if (auto const* const attachment = cluster.migration_attachment())
    for (auto const& pool : attachment->addresses.pools)
      for (auto const& range : pool.usable.ranges()) all.add(range);
  return all;
}
}  // namespace

void check_policies(ClusterManifests const& of, ClusterManifests const& peer,
                    ConfigFindings& found) {
  auto const peers = addresses_of(peer);
  for (auto const& policy : of.manifests) {
    if (!is_about(policy, of)) continue;
    auto const* const spec = policy.find("/spec");
    if (spec == nullptr || policy.space != of.settings.space) continue;
    for (auto const& traffic : needed) {
      auto const pod = std::ranges::find_if(of.pods, [&](MigrationPod const& candidate) {
        return candidate.role == traffic.role &&
               selects(member(*spec, "podSelector"), candidate.manifest->find("/metadata/labels"));
      });
      if (pod == of.pods.end()) continue;
      for (auto const& [direction, key, peers_key] :
           {std::tuple{"Ingress", "ingress", "from"}, std::tuple{"Egress", "egress", "to"}})
        if (isolates(*spec, direction) && !lets_pass(*spec, key, peers_key, traffic, peers))
          found.add("CONFIG_POLICY_BLOCKS", scope_of(of),
                    fmt::format("cluster {}: {} keeps out {} {} cluster {}", of.name,
                                policy.title(), traffic.name,
                                key == std::string_view{"ingress"} ? "from" : "to", peer.name),
                    {format(policy.place(fmt::format("/spec/{}", key))),
                     fmt::format("it selects pod {}", pod->manifest->name)});
    }
  }
}
}  // namespace leadline
