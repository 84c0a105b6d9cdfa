#include "coordinator/manifests/network_design.hpp"

#include "coordinator/manifests/special_addresses.hpp"
#include "probes/core/checked_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
/// virt-handlers, two synchronization controllers, and one that is being replaced.
constexpr std::uint64_t beside_the_nodes = 3;
/// Nobody has more pods on a migration network; of an IPv6 range the rest stays free.
constexpr std::uint64_t most_of_a_part = std::uint64_t{1} << 24U;

/// A JSON object whose members stay in this order, each value a JSON text already.
std::string object_text(std::vector<std::pair<std::string_view, std::string>> const& members,
                        std::string_view indent) {
  std::string text;
  for (auto const& [key, value] : members)
    text += fmt::format("{}{}  \"{}\": {}", text.empty() ? "" : ",\n", indent, key, value);
  return fmt::format("{{\n{}\n{}}}", text, indent);
}

std::string quoted(std::string const& text) {
  return nlohmann::json(text).dump();
}

std::string plugin_config(NetworkDesign const& design, AddressRange const& part) {
  std::vector<std::pair<std::string_view, std::string>> members{{"cniVersion", quoted("0.3.1")},
                                                                {"name", quoted(design.name)}};
  if (!design.master.empty()) {
    auto const master =
        design.vlan ? fmt::format("{}.{}", design.master, *design.vlan) : design.master;
    members.emplace_back("type", quoted("macvlan"));
    members.emplace_back("master", quoted(master));
    members.emplace_back("mode", quoted("bridge"));
  } else {
    members.emplace_back("type", quoted("bridge"));
    members.emplace_back("bridge", quoted(design.bridge));
    if (design.vlan) {
      members.emplace_back("vlan", fmt::format("{}", *design.vlan));
      members.emplace_back("preserveDefaultVlan", "false");
    }
  }
  if (design.mtu) members.emplace_back("mtu", fmt::format("{}", design.mtu->octets));
  members.emplace_back("ipam", object_text({{"type", quoted("whereabouts")},
                                            {"range", quoted(format(design.range))},
                                            {"range_start", quoted(part.first.to_string())},
                                            {"range_end", quoted(part.last.to_string())}},
                                           "  "));
  return object_text(members, "");
}

std::string indented(std::string const& text, std::size_t blanks) {
  std::string result;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    result += std::string(blanks, ' ') + line + '\n';
  return result;
}

std::string attachment_text(NetworkDesign const& design, AddressRange const& part) {
  return fmt::format(
      "apiVersion: k8s.cni.cncf.io/v1\n"
      "kind: NetworkAttachmentDefinition\n"
      "metadata:\n"
      "  name: {}\n"
      "  namespace: {}\n"
      "spec:\n"
      "  config: |\n{}",
      design.name, design.space, indented(plugin_config(design, part), 4));
}

std::string hyperconverged_text(NetworkDesign const& design) {
  return fmt::format(
      "apiVersion: hco.kubevirt.io/v1beta1\n"
      "kind: HyperConverged\n"
      "metadata:\n"
      "  name: kubevirt-hyperconverged\n"
      "  namespace: {}\n"
      "spec:\n"
      "  featureGates:\n"
      "    decentralizedLiveMigration: true\n"
      "  liveMigrationConfig:\n"
      "    network: {}\n",
      design.space, design.name);
}
}  // namespace

tl::expected<std::vector<DesignedCluster>, std::string> design_network(
    NetworkDesign const& design) {
  if (auto const use = special_use(design.range); !use.empty())
    return tl::unexpected(
        fmt::format("{}: these addresses are set aside ({}), and no host may have "
                    "them: take a private range such as 10.200.0.0/16",
                    format(design.range), use));
  auto const [lowest, highest] = design.range.range();
  if (lowest.is_v6() && design.mtu && design.mtu->octets < least_ipv6_mtu.octets)
    return tl::unexpected(fmt::format("{} with an MTU of {}: IPv6 needs {} (RFC 8200, section 5)",
                                      format(design.range), design.mtu->octets,
                                      least_ipv6_mtu.octets));
  AddressSet usable;
  usable.add({lowest, highest});
  usable.remove({lowest, lowest});
  if (lowest.is_v4()) usable.remove({highest, highest});
  auto const each =
      std::min(usable.size() / std::max<std::size_t>(design.clusters.size(), 1), most_of_a_part);
  if (each < design.nodes + beside_the_nodes)
    return tl::unexpected(fmt::format(
        "{} has {} addresses for each of {} clusters, and a cluster of {} nodes needs {}",
        format(design.range), each, design.clusters.size(), design.nodes,
        design.nodes + beside_the_nodes));
  std::vector<DesignedCluster> parts;
  auto first = usable.ranges().front().first;
  for (auto const& cluster : design.clusters) {
    AddressRange const part{first, above(first, each - 1).value_or(highest)};
    parts.push_back({.cluster = cluster,
                     .part = part,
                     .attachment = attachment_text(design, part),
                     .hyperconverged = hyperconverged_text(design)});
    first = after(part.last).value_or(highest);
  }
  return parts;
}
}  // namespace leadline
