#include "tests/lab/network/topology_faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace leadline::lab {
namespace {

/// Applies one fault of any kind.
class FaultApplication {
 public:
  FaultApplication(Scenario const& scenario, Topology& topology)
      : scenario_{scenario}, topology_{topology} {}

  void operator()(NodeLineFault const& fault) const {
    auto& port = port_of(fault.node);
    if (fault.from_node) fault.impair(port.from_node);
    if (fault.to_node) fault.impair(port.to_node);
  }

  void operator()(InterClusterFault const& fault) const;

  void operator()(AccessVlanFault const& fault) const {
    port_of(fault.node).mode = AccessPort{fault.vlan};
  }

  void operator()(TrunkFault const& fault) const { port_of(fault.node).mode = fault.port; }

  void operator()(AllowedVlansFault const& fault) const {
    for (auto& link : topology_.fabric.links) link.allowed = fault.allowed;
  }

  void operator()(RouterMtuFault const& fault) const {
    for (auto const* router : {"router1", "router2"})
      if (fault.router.empty() || fault.router == router)
        machine(router).ip_commands.push_back(fmt::format("link set transit0 mtu {}", fault.mtu));
  }

  void operator()(FirewallFault const& fault) const;

  void operator()(AddressFault const& fault) const {
    auto& commands = machine(fault.node).ip_commands;
    commands.emplace_back("address flush dev migration0 scope global");
    commands.push_back(fmt::format("address add {} dev migration0", fault.address));
  }

  void operator()(InterfaceDownFault const& fault) const {
    machine(fault.node).ip_commands.emplace_back("link set migration0 down");
  }

  void operator()(CarrierLostFault const& fault) const {
    machine(fault.node).taps.front().carrier = false;
  }

  void operator()(CommandFault const& fault) const {
    machine(fault.where).shell_commands.push_back(fault.command);
  }

 private:
  [[nodiscard]] Machine& machine(std::string const& name) const {
    auto const found = std::ranges::find(topology_.machines, name, &Machine::name);
    if (found == topology_.machines.end())
      throw std::invalid_argument{"a fault names '" + name + "', which is not in this lab"};
    return *found;
  }

  [[nodiscard]] PortSettings& port_of(std::string const& name) const {
    return topology_.fabric.ports[machine(name).taps.front().port];
  }

  [[nodiscard]] std::size_t cluster(std::string const& name) const {
    auto const found = std::ranges::find(scenario_.clusters, name, &ClusterSize::name);
    if (found == scenario_.clusters.end())
      throw std::invalid_argument{"a fault names the cluster '" + name +
                                  "', which is not in this lab"};
    return static_cast<std::size_t>(found - scenario_.clusters.begin());
  }

  Scenario const& scenario_;
  Topology& topology_;
};

void FaultApplication::operator()(InterClusterFault const& fault) const {
  bool const both = fault.source.empty();
  auto const source = both ? 0 : cluster(fault.source);
  auto const target = both ? 0 : cluster(fault.target);
  if (scenario_.routed) {
    // What router1 sends into the transit network goes from the first cluster to the second.
    for (std::size_t side : {std::size_t{0}, std::size_t{1}})
      if (both || source == side) {
        auto const& router = machine(fmt::format("router{}", side + 1));
        fault.impair(topology_.fabric.ports[router.taps[1].port].from_node);
      }
    return;
  }
  for (auto& link : topology_.fabric.links) {
    if (both || (link.a == source && link.b == target)) fault.impair(link.a_to_b);
    if (both || (link.b == source && link.a == target)) fault.impair(link.b_to_a);
  }
}

// A node's firewall never touches its management interface.
void FaultApplication::operator()(FirewallFault const& fault) const {
  auto& place = machine(fault.where);
  bool const nat = fault.hook == "source_nat";
  auto const hook = nat ? std::string{"postrouting"} : fault.hook;
  std::string only;
  if (bool const node = place.taps.size() == 1; node)
    only = hook == "input" || hook == "prerouting" ? "iifname migration0 " : "oifname migration0 ";
  place.nft_commands.emplace_back("add table inet lab");
  place.nft_commands.push_back(
      fmt::format("add chain inet lab {} {{ type {} hook {} priority {}; }}", fault.hook,
                  nat ? "nat" : "filter", hook, nat ? 100 : 0));
  place.nft_commands.push_back(
      fmt::format("add rule inet lab {} {}{}", fault.hook, only, fault.rule));
}
}  // namespace

void apply_faults(Scenario const& scenario, Topology& topology) {
  FaultApplication const application{scenario, topology};
  for (auto const& fault : scenario.faults) std::visit(application, fault);
}
}  // namespace leadline::lab
