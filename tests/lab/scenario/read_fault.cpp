#include "tests/lab/scenario/read_fault.hpp"

#include <algorithm>

namespace leadline::lab {
namespace {
using Edit = std::function<void(Impairment&)>;

Edit read_impairment(YamlMapping& item) {
  std::vector<Edit> edits;
  auto set = [&edits](auto Impairment::* field, auto const& value) {
    if (value) edits.push_back([field, v = *value](Impairment& line) { line.*field = v; });
  };
  if (auto const mtu = item.integer("mtu", 68, 65535))
    set(&Impairment::mtu, std::optional{Mtu{static_cast<std::uint32_t>(*mtu)}});
  set(&Impairment::loss, item.share("loss"));
  set(&Impairment::delay, item.duration("delay"));
  set(&Impairment::jitter, item.duration("jitter"));
  set(&Impairment::rate, item.rate("rate"));
  set(&Impairment::queue, item.size("queue"));
  set(&Impairment::reordering, item.share("reordering"));
  set(&Impairment::held_back, item.duration("held_back"));
  set(&Impairment::duplication, item.share("duplication"));
  set(&Impairment::drop_icmp_errors, item.flag("drop_icmp_errors"));
  set(&Impairment::cut, item.flag("cut"));
  if (edits.empty()) item.mistake("this says where, but not what is wrong there");
  return [edits](Impairment& line) {
    for (auto const& edit : edits) edit(line);
  };
}

Fault read_node_line(YamlMapping& item) {
  NodeLineFault fault{
      .node = item.text("link").value_or(""), .from_node = true, .to_node = true, .impair = {}};
  enum class Direction { both, from_node, to_node };
  auto const direction = item.choice<Direction>("direction", {{"both", Direction::both},
                                                              {"from_node", Direction::from_node},
                                                              {"to_node", Direction::to_node}});
  if (direction == Direction::from_node) fault.to_node = false;
  if (direction == Direction::to_node) fault.from_node = false;
  fault.impair = read_impairment(item);
  return fault;
}

Fault read_inter_cluster(YamlMapping& item) {
  InterClusterFault fault;
  auto const direction = item.text("inter_cluster").value_or("");
  if (auto const arrow = direction.find("->"); arrow != std::string::npos) {
    fault.source = direction.substr(0, arrow);
    fault.target = direction.substr(arrow + 2);
  } else if (direction != "both") {
    item.mistake("inter_cluster takes a direction such as east->west, or both");
  }
  fault.impair = read_impairment(item);
  return fault;
}

std::set<VlanId> read_vlans(YamlMapping& item, std::string const& key) {
  std::set<VlanId> vlans;
  for (auto const& word : item.words(key)) {
    int const vlan =
        word.size() <= 4 &&
                std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }) &&
                !word.empty()
            ? std::stoi(word)
            : 0;
    if (vlan < 1 || vlan > 4094) item.mistake("'" + word + "' is not a VLAN, 1 to 4094");
    vlans.insert(static_cast<VlanId>(vlan));
  }
  return vlans;
}

Fault read_access_vlan(YamlMapping& item) {
  auto const vlan = item.integer("access_vlan", 1, 4094).value_or(1);
  return AccessVlanFault{.node = item.text("node").value_or(""), .vlan = static_cast<VlanId>(vlan)};
}

Fault read_trunk(YamlMapping& item) {
  TrunkFault fault{.node = item.text("node").value_or(""),
                   .port = {.allowed = read_vlans(item, "trunk"), .native = {}}};
  if (auto const native = item.integer("native", 1, 4094))
    fault.port.native = static_cast<VlanId>(*native);
  return fault;
}

Fault read_allowed_vlans(YamlMapping& item) {
  return AllowedVlansFault{read_vlans(item, "inter_cluster_vlans")};
}

Fault read_router_mtu(YamlMapping& item) {
  return RouterMtuFault{.router = item.text("in").value_or(""),
                        .mtu = item.integer("router_mtu", 576, 65535).value_or(1500)};
}

Fault read_firewall(YamlMapping& item) {
  static std::map<std::string, std::string> const hooks{
      {"input", "input"},           {"output", "output"},           {"forward", "forward"},
      {"prerouting", "prerouting"}, {"postrouting", "postrouting"}, {"source_nat", "source_nat"}};
  return FirewallFault{.where = item.text("in").value_or(""),
                       .hook = item.choice("hook", hooks).value_or("input"),
                       .rule = item.text("nft").value_or("")};
}

Fault read_address(YamlMapping& item) {
  return AddressFault{.node = item.text("node").value_or(""),
                      .address = item.text("address").value_or("")};
}

Fault read_interface_down(YamlMapping& item) {
  return InterfaceDownFault{item.text("interface_down").value_or("")};
}

Fault read_carrier_lost(YamlMapping& item) {
  return CarrierLostFault{item.text("carrier_lost").value_or("")};
}

Fault read_command(YamlMapping& item) {
  return CommandFault{.where = item.text("in").value_or(""),
                      .command = item.text("run").value_or("")};
}

struct FaultKind {
  std::string key;
  Fault (*read)(YamlMapping&);
};

std::vector<FaultKind> const& fault_kinds() {
  static std::vector<FaultKind> const kinds{
      {.key = "link", .read = read_node_line},
      {.key = "inter_cluster", .read = read_inter_cluster},
      {.key = "access_vlan", .read = read_access_vlan},
      {.key = "trunk", .read = read_trunk},
      {.key = "inter_cluster_vlans", .read = read_allowed_vlans},
      {.key = "router_mtu", .read = read_router_mtu},
      {.key = "nft", .read = read_firewall},
      {.key = "address", .read = read_address},
      {.key = "interface_down", .read = read_interface_down},
      {.key = "carrier_lost", .read = read_carrier_lost},
      {.key = "run", .read = read_command}};
  return kinds;
}
}  // namespace

std::optional<Fault> read_fault(YAML::Node const& node, Mistakes& mistakes) {
  YamlMapping item{node, mistakes};
  for (auto const& kind : fault_kinds()) {
    if (!item.has(kind.key)) continue;
    auto fault = kind.read(item);
    item.refuse_the_rest();
    return fault;
  }
  std::string known;
  for (auto const& kind : fault_kinds()) known += (known.empty() ? "" : ", ") + kind.key;
  item.mistake("a fault needs one of: " + known);
  return std::nullopt;
}
}  // namespace leadline::lab
