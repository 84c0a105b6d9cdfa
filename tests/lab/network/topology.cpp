#include "tests/lab/network/topology.hpp"

#include "tests/lab/network/topology_faults.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace leadline::lab {
namespace {

/// The address plan. One network 10.200.0.0/16 and fd00:200::/64, with a sub-range a cluster (the
/// safe pattern for cross-cluster migration); routed: a network of its own for each cluster.
class AddressPlan {
 public:
  explicit AddressPlan(Scenario const& scenario) : scenario_{scenario} {}

  [[nodiscard]] bool v4() const { return scenario_.family != AddressFamily::ipv6; }

  [[nodiscard]] bool v6() const { return scenario_.family != AddressFamily::ipv4; }

  [[nodiscard]] static std::string v4_address(std::size_t cluster, std::size_t host) {
    return fmt::format("10.200.{}.{}", cluster, host);
  }

  [[nodiscard]] std::string v6_address(std::size_t cluster, std::size_t host) const {
    if (scenario_.routed) return fmt::format("fd00:200:0:{}::{}", cluster, host);
    return fmt::format("fd00:200::{}:{}", cluster, host);
  }

  [[nodiscard]] int v4_prefix() const { return scenario_.routed ? 24 : 16; }

  /// Sets the interface up with the addresses of this host.
  void configure(Machine& machine, std::string const& interface, std::size_t cluster,
                 std::size_t host) const {
    if (v4())
      machine.ip_commands.push_back(fmt::format("address add {}/{} dev {}",
                                                v4_address(cluster, host), v4_prefix(), interface));
    if (v6())
      machine.ip_commands.push_back(
          fmt::format("address add {}/64 dev {} nodad", v6_address(cluster, host), interface));
  }

  /// All of the lab's networks, also the one between the routers: a NAT may send from there.
  void route_everything(Machine& machine, std::size_t via_cluster, std::size_t via_host) const {
    if (v4())
      machine.ip_commands.push_back(
          fmt::format("route add 10.200.0.0/16 via {}", v4_address(via_cluster, via_host)));
    if (v6())
      machine.ip_commands.push_back(
          fmt::format("route add fd00:200::/48 via {}", v6_address(via_cluster, via_host)));
  }

  void route(Machine& machine, std::size_t to_cluster, std::size_t via_cluster,
             std::size_t via_host) const {
    if (v4())
      machine.ip_commands.push_back(fmt::format("route add 10.200.{}.0/24 via {}", to_cluster,
                                                v4_address(via_cluster, via_host)));
    if (v6())
      machine.ip_commands.push_back(fmt::format("route add fd00:200:0:{}::/64 via {}", to_cluster,
                                                v6_address(via_cluster, via_host)));
  }

 private:
  Scenario const& scenario_;
};

constexpr std::size_t router_host = 254;
constexpr std::size_t transit_cluster = 0;  // the network between the routers

void add_tap(Topology& topology, Machine& machine, std::string interface, std::size_t switch_index,
             int mtu) {
  auto const port = topology.fabric.ports.size();
  auto const port_name =
      machine.taps.empty() ? machine.name : fmt::format("{}.{}", machine.name, interface);
  topology.fabric.ports.push_back({.name = port_name,
                                   .switch_index = switch_index,
                                   .mode = AccessPort{1},
                                   .from_node = {},
                                   .to_node = {}});
  machine.ip_commands.push_back(fmt::format("link set {} address 02:00:0a:c8:{:02x}:{:02x} mtu {}",
                                            interface, port >> 8U, port & 0xffU, mtu));
  machine.ip_commands.push_back(fmt::format("link set {} up", interface));
  machine.taps.push_back({.name = std::move(interface), .port = port});
}

Machine new_machine(std::string name, AddressPlan const& plan) {
  Machine machine{.name = std::move(name)};
  if (plan.v6()) {
    machine.sysctls["ipv6/conf/default/accept_dad"] = "0";
    machine.sysctls["ipv6/conf/all/accept_dad"] = "0";
  } else {
    // Else the kernel sends router solicitations, and a lab is never quiet.
    machine.sysctls["ipv6/conf/default/disable_ipv6"] = "1";
    machine.sysctls["ipv6/conf/all/disable_ipv6"] = "1";
  }
  machine.ip_commands.emplace_back("link set lo up");
  return machine;
}

void add_node(Topology& topology, Scenario const& scenario, AddressPlan const& plan,
              std::size_t cluster, std::size_t host) {
  auto const& name = scenario.clusters[cluster - 1].name;
  LabNode node{.machine = topology.machines.size(),
               .cluster = name,
               .node = fmt::format("n{}", host),
               .addresses = {},
               .management_address = {},
               .coordinator_address = {}};
  auto machine = new_machine(fmt::format("{}/{}", node.cluster, node.node), plan);
  add_tap(topology, machine, "migration0", cluster - 1, scenario.mtu);
  machine.taps.back().line_rate = scenario.line_rate;
  plan.configure(machine, "migration0", cluster, host);
  if (scenario.routed) plan.route_everything(machine, cluster, router_host);
  if (plan.v4()) node.addresses.push_back(AddressPlan::v4_address(cluster, host));
  if (plan.v6()) node.addresses.push_back(plan.v6_address(cluster, host));

  auto const cable = topology.nodes.size();
  auto const block = fmt::format("172.31.{}.", cable / 64);
  node.coordinator_address = block + std::to_string((4 * (cable % 64)) + 1);
  node.management_address = block + std::to_string((4 * (cable % 64)) + 2);
  machine.ip_commands.push_back(
      fmt::format("address add {}/30 dev mgmt0", node.management_address));
  machine.ip_commands.emplace_back("link set mgmt0 up");
  topology.machines.push_back(std::move(machine));
  topology.nodes.push_back(std::move(node));
}

/// router1 is the gateway of the first cluster, router2 of the second; between them lies `transit`.
void add_router(Topology& topology, Scenario const& scenario, AddressPlan const& plan,
                std::size_t cluster) {
  auto router = new_machine(fmt::format("router{}", cluster), plan);
  router.sysctls["ipv4/ip_forward"] = "1";
  router.sysctls["ipv4/icmp_ratelimit"] = "0";  // each probe of a fault gets its answer
  if (plan.v6()) router.sysctls["ipv6/icmp/ratelimit"] = "0";
  if (plan.v6()) router.sysctls["ipv6/conf/all/forwarding"] = "1";
  add_tap(topology, router, "cluster0", cluster - 1, scenario.mtu);
  plan.configure(router, "cluster0", cluster, router_host);
  add_tap(topology, router, "transit0", 2, scenario.mtu);
  auto const own_host = cluster;
  plan.configure(router, "transit0", transit_cluster, own_host);
  plan.route(router, 3 - cluster, transit_cluster, 3 - cluster);
  topology.machines.push_back(std::move(router));
}
}  // namespace

Topology plan_topology(Scenario const& scenario) {
  Topology topology;
  AddressPlan const plan{scenario};
  auto const clusters = scenario.clusters.size();
  topology.fabric.seed = scenario.seed;
  topology.fabric.switches = clusters + (scenario.routed ? 1 : 0);
  for (std::size_t cluster = 1; cluster <= clusters; ++cluster)
    for (int host = 1; host <= scenario.clusters[cluster - 1].nodes; ++host)
      add_node(topology, scenario, plan, cluster, static_cast<std::size_t>(host));
  if (scenario.routed) {
    add_router(topology, scenario, plan, 1);
    add_router(topology, scenario, plan, 2);
  } else {
    for (std::size_t other = 1; other < clusters; ++other)
      topology.fabric.links.push_back(
          {.name = fmt::format("{}-{}", scenario.clusters[0].name, scenario.clusters[other].name),
           .a = 0,
           .b = other,
           .allowed = std::nullopt,
           .a_to_b = {},
           .b_to_a = {}});
  }
  apply_faults(scenario, topology);
  return topology;
}
}  // namespace leadline::lab
