#include "coordinator/lint/network_policy.hpp"
#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace leadline {
namespace {
/// What must pass between the clusters.
struct Traffic {
  MigrationPod::Role role;
  std::string_view name;
  PortRange ports;
};

constexpr std::array needed{
    Traffic{MigrationPod::Role::handler, "migration data", {.first = 32768, .last = 60999}},
    Traffic{MigrationPod::Role::synchronization, "synchronization", {.first = 9185, .last = 9185}}};

/// Pods that the same policies isolate: they fare alike.
struct Isolated {
  std::string network;  ///< "namespace/name"; empty: the pod network
  std::vector<Manifest const*> policies;
  std::vector<MigrationPod const*> pods;
};

/// One direction of one traffic between two clusters.
struct Way {
  ClusterManifests const& of;
  ClusterManifests const& peer;
  Traffic const& traffic;
  PolicyDirection const& direction;
};

/// A synchronization controller without migration0 is dialled in the pod network. A virt-handler
/// without it is to be restarted: what counts is the network that it has then.
std::string network_of(ClusterManifests const& of, MigrationPod const& pod) {
  bool const left_out =
      pod.role == MigrationPod::Role::synchronization && !pod.network && !pod.mistake;
  return left_out ? std::string{} : of.network_name();
}

std::vector<Isolated> isolated_pods(Way const& way) {
  std::vector<Isolated> groups;
  for (auto const& pod : way.of.pods) {
    if (pod.role != way.traffic.role) continue;
    auto const network = network_of(way.of, pod);
    std::vector<Manifest const*> policies;
    for (auto const& policy : way.of.manifests)
      if (acts_on(policy, network) && isolates(policy, pod, way.direction))
        policies.push_back(&policy);
    if (policies.empty()) continue;
    auto const known = std::ranges::find_if(groups, [&](Isolated const& group) {
      return group.policies == policies && group.network == network;
    });
    if (known != groups.end())
      known->pods.push_back(&pod);
    else
      groups.push_back({.network = network, .policies = policies, .pods = {&pod}});
  }
  return groups;
}

/// With which the other cluster's pods migrate. None: not known, as over the pod network, where
/// routers may put others in their place.
AddressSet addresses_of(ClusterManifests const& peer, Isolated const& group) {
  AddressSet all;
  auto const* const attachment = peer.migration_attachment();
  if (attachment == nullptr || group.network.empty()) return all;
  for (auto const& pool : attachment->addresses.pools)
    for (auto const& range : pool.usable.ranges()) all.add(range);
  return all;
}

std::vector<Blockage> closed_to(AddressSet const& peers, Isolated const& group, Way const& way,
                                ConfigFindings& found) {
  std::vector<Passage> passages;
  for (auto const* const policy : group.policies)
    std::ranges::move(passages_of(*policy, *group.pods.front(), way.direction),
                      std::back_inserter(passages));
  if (!peers.empty()) return blocked(way.traffic.ports, peers, passages);
  auto const all = every_address();
  auto closed = blocked(way.traffic.ports, all, passages);
  // Any address that some rule lets pass may be the other cluster's.
  auto const open_to_some = std::erase_if(closed, [&](Blockage const& blockage) {
    return blockage.addresses.ranges() != all.ranges();
  });
  if (open_to_some > 0)
    found.not_checked(
        way.of.name,
        fmt::format("whether its policies let the addresses of {} pass", way.peer.name),
        group.network.empty()
            ? fmt::format("the addresses with which {} is seen in the pod network, which no "
                          "manifest tells",
                          way.peer.name)
            : fmt::format("the range of {}'s migration network", way.peer.name));
  return closed;
}

std::string shown(Blockage const& blockage, bool known) {
  return known ? format(blockage.addresses) : std::string{"any address"};
}

void check_group(Isolated const& group, Way const& way, ConfigFindings& found) {
  auto const peers = addresses_of(way.peer, group);
  auto const closed = closed_to(peers, group, way, found);
  if (closed.empty()) return;
  std::vector<std::string> evidence;
  evidence.reserve(group.policies.size() + 1 + closed.size());
  for (auto const* const policy : group.policies)
    evidence.push_back(
        fmt::format("{}: {}", format(policy->place(fmt::format("/spec/{}", way.direction.rules))),
                    policy->title()));
  auto selected = fmt::format("selected: pod {}", group.pods.front()->manifest->name);
  if (group.pods.size() > 1) selected += fmt::format(", and {} more", group.pods.size() - 1);
  evidence.push_back(std::move(selected));
  constexpr std::size_t most = 10;
  for (auto const& blockage : closed) {
    if (evidence.size() == group.policies.size() + 1 + most) break;
    evidence.push_back(fmt::format("closed: {} {} {}", format_tcp(blockage.ports),
                                   way.direction.peers, shown(blockage, !peers.empty())));
  }
  auto const& first = closed.front();
  auto summary = fmt::format("cluster {}: no policy lets {} {}, {}, {} cluster {} ({})",
                             way.of.name, way.direction.type == "Ingress" ? "in" : "out",
                             way.traffic.name, format_tcp(first.ports), way.direction.peers,
                             way.peer.name, shown(first, !peers.empty()));
  if (closed.size() > 1) summary += fmt::format(", and {} more", closed.size() - 1);
  found.add("CONFIG_POLICY_BLOCKS", scope_of(way.of), std::move(summary), std::move(evidence));
}

/// False: there is nothing to judge by.
bool can_be_checked(ClusterManifests const& of, ConfigFindings& found) {
  constexpr auto what = "policies that block the migration network";
  if (of.settings.settings() == nullptr) {
    found.not_checked(of.name, what,
                      "the network's name: oc get hyperconverged,kubevirt -A -o yaml");
    return false;
  }
  if (!of.tells_of("Pod")) {
    found.not_checked(of.name, what,
                      "the pods that they select: oc get pods -A -l kubevirt.io -o yaml");
    return false;
  }
  auto const any_in = [&](bool pod_network) {
    return of.network_name().empty() == pod_network ||
           std::ranges::any_of(of.pods, [&](MigrationPod const& pod) {
             return network_of(of, pod).empty() == pod_network;
           });
  };
  if (any_in(false) && !of.tells_of("MultiNetworkPolicy"))
    found.not_checked(of.name, what,
                      "the MultiNetworkPolicies, if there are any: oc get multi-networkpolicies "
                      "-A -o yaml");
  if (any_in(true) && !of.tells_of("NetworkPolicy"))
    found.not_checked(of.name, "policies that block migrations over the pod network",
                      "the NetworkPolicies, if there are any: oc get networkpolicies -A -o yaml");
  return true;
}
}  // namespace

void check_policies(ClusterManifests const& of, ClusterManifests const& peer,
                    ConfigFindings& found) {
  if (!can_be_checked(of, found)) return;
  for (auto const& traffic : needed)
    for (auto const& direction : policy_directions) {
      Way const way{.of = of, .peer = peer, .traffic = traffic, .direction = direction};
      for (auto const& group : isolated_pods(way)) check_group(group, way, found);
    }
}
}  // namespace leadline
