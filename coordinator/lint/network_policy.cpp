#include "coordinator/lint/network_policy.hpp"

#include "coordinator/manifests/number.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

/// To the API, null is as if it were not there.
json const* member(json const& object, char const* key) {
  if (!object.is_object()) return nullptr;
  auto const found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// An empty list is as if it were not there, too.
json const* list_at(json const& object, char const* key) {
  auto const* const list = member(object, key);
  return list == nullptr || !list->is_array() || list->empty() ? nullptr : list;
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

/// The port to which a container of the pod gives this name.
std::optional<long> port_named(json const& name, Manifest const& pod) {
  auto const* const containers = pod.find("/spec/containers");
  if (containers == nullptr || !containers->is_array()) return std::nullopt;
  for (auto const& container : *containers) {
    auto const* const ports = list_at(container, "ports");
    if (ports == nullptr) continue;
    for (auto const& port : *ports) {
      auto const* const own = member(port, "name");
      auto const* const number = member(port, "containerPort");
      if (own != nullptr && *own == name && number != nullptr) return whole_number(*number);
    }
  }
  return std::nullopt;
}

/// `named` is the pod whose names of ports count; null: those of the other end, which has none
/// here.
std::vector<PortRange> ports_of(json const& rule, Manifest const* named) {
  constexpr PortRange every{.first = 0, .last = 65535};
  auto const* const entries = list_at(rule, "ports");
  if (entries == nullptr) return {every};
  std::vector<PortRange> open;
  for (auto const& entry : *entries) {
    auto const* const protocol = member(entry, "protocol");
    if (protocol != nullptr && *protocol != "TCP") continue;
    auto const* const port = member(entry, "port");
    if (port == nullptr) {
      open.push_back(every);
      continue;
    }
    auto first = whole_number(*port);
    if (port->is_string() && named != nullptr) first = port_named(*port, *named);
    auto const* const end = member(entry, "endPort");
    auto const last = end == nullptr ? first : whole_number(*end);
    if (first && last && std::in_range<std::uint16_t>(*first) &&
        std::in_range<std::uint16_t>(*last) && *first <= *last)
      open.push_back(
          {.first = static_cast<std::uint16_t>(*first), .last = static_cast<std::uint16_t>(*last)});
  }
  return open;
}

std::optional<AddressRange> range_in(json const* text) {
  if (text == nullptr || !text->is_string()) return std::nullopt;
  auto const block = parse_block(text->get_ref<std::string const&>());
  return block ? std::optional{block->range()} : std::nullopt;
}

/// An address block, less what it excepts.
AddressSet addresses_of(json const& peer) {
  AddressSet let_pass;
  auto const* const block = member(peer, "ipBlock");
  if (block == nullptr) return let_pass;
  if (auto const range = range_in(member(*block, "cidr"))) let_pass.add(*range);
  if (auto const* const except = list_at(*block, "except"))
    for (auto const& item : *except)
      if (auto const range = range_in(&item)) let_pass.remove(*range);
  return let_pass;
}

AddressSet addresses_of(json const& rule, char const* key) {
  auto const* const peers = list_at(rule, key);
  if (peers == nullptr) return every_address();
  AddressSet all;
  for (auto const& peer : *peers) {
    auto const let_pass = addresses_of(peer);
    for (auto const& range : let_pass.ranges()) all.add(range);
  }
  return all;
}

bool has_type(json const& spec, PolicyDirection const& direction) {
  if (auto const* const types = list_at(spec, "policyTypes"))
    return std::ranges::count(*types, json(direction.type)) > 0;
  // networking/v1 NetworkPolicy: without types Ingress always, Egress if it has rules.
  return direction.type == "Ingress" || list_at(spec, direction.rules) != nullptr;
}
}  // namespace

bool acts_on(Manifest const& policy, std::string const& network) {
  if (policy.kind == "NetworkPolicy") return network.empty();
  if (policy.kind != "MultiNetworkPolicy" || network.empty()) return false;
  auto const* const named = policy.find("/metadata/annotations/k8s.v1.cni.cncf.io~1policy-for");
  if (named == nullptr || !named->is_string()) return false;
  auto const list = "," + named->get<std::string>() + ",";
  auto const lists = [&](std::string const& name) {
    return list.find("," + name + ",") != std::string::npos ||
           list.find(", " + name + ",") != std::string::npos;
  };
  // A name alone is one of the policy's own namespace.
  auto const slash = network.find('/');
  return lists(network) ||
         (network.substr(0, slash) == policy.space && lists(network.substr(slash + 1)));
}

bool isolates(Manifest const& policy, MigrationPod const& pod, PolicyDirection const& direction) {
  auto const* const spec = policy.find("/spec");
  return spec != nullptr && policy.space == pod.manifest->space && has_type(*spec, direction) &&
         selects(member(*spec, "podSelector"), pod.manifest->find("/metadata/labels"));
}

std::vector<Passage> passages_of(Manifest const& policy, MigrationPod const& pod,
                                 PolicyDirection const& direction) {
  std::vector<Passage> all;
  auto const* const spec = policy.find("/spec");
  auto const* const rules = spec == nullptr ? nullptr : list_at(*spec, direction.rules);
  if (rules == nullptr) return all;
  auto const* const named = direction.type == "Ingress" ? pod.manifest : nullptr;
  for (auto const& rule : *rules)
    all.push_back(
        {.ports = ports_of(rule, named), .addresses = addresses_of(rule, direction.peers)});
  return all;
}

AddressSet every_address() {
  AddressSet all;
  for (auto const* const text : {"0.0.0.0/0", "::/0"})
    if (auto const block = parse_block(text)) all.add(block->range());
  return all;
}
}  // namespace leadline
