#include "coordinator/clock_offsets.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

/// Of an address or a range.
bool is_ipv6(std::string const& text) {
  return text.find(':') != std::string::npos;
}

bool lies_in(std::string const& text, std::string const& range) {
  boost::system::error_code error;
  auto const address = ip::make_address(text, error);
  if (error) return false;
  if (address.is_v4()) {
    auto const network = ip::make_network_v4(range, error);
    if (error) return false;
    auto const mask = network.netmask().to_uint();
    return (address.to_v4().to_uint() & mask) == (network.address().to_uint() & mask);
  }
  auto const network = ip::make_network_v6(range, error);
  if (error) return false;
  return ip::network_v6{address.to_v6(), network.prefix_length()}.canonical() ==
         network.canonical();
}

void read_interface(Survey const& survey, NodeIndex node, InterfaceFacts const& link,
                    Symptoms& symptoms) {
  auto const who = name_of(survey, node);
  auto const& thresholds = survey.plan.thresholds;
  if (!link.present) {
    symptoms.on_node("ADDR_NO_INTERFACE", node,
                     link.name.empty()
                         ? fmt::format("{}: no interface holds the agent's --address", who)
                         : fmt::format("{}: no interface {}", who, link.name));
    return;
  }
  if (!link.up || !link.carrier)
    symptoms.on_node("LINK_DOWN", node,
                     fmt::format("{}: {} is {}{}", who, link.name, link.up ? "up" : "down",
                                 link.carrier ? "" : " without carrier"));
  if (link.carrier_changes > thresholds.max_carrier_changes)
    symptoms.on_node("LINK_FLAPPING", node,
                     fmt::format("{}: {} carrier changes on {} (at most {} accepted)", who,
                                 link.carrier_changes, link.name, thresholds.max_carrier_changes));
  auto const speed = static_cast<double>(link.speed_bits_per_second);
  if (speed > 0 && speed < thresholds.expected_link_speed.per_second)
    symptoms.on_node("LINK_SLOW", node,
                     fmt::format("{}: {} runs at {}, {} expected", who, link.name,
                                 format(BitRate{speed}), format(thresholds.expected_link_speed)));
  for (auto const& address : link.addresses)
    if (address.duplicate)
      symptoms.on_node(
          "ADDR_DUPLICATE", node,
          fmt::format("{}: {} lost duplicate address detection", who, address.address));
  bool const global = std::ranges::any_of(link.addresses, [](InterfaceAddress const& address) {
    return address.global_unicast && !address.duplicate;
  });
  if (global) return;
  std::vector<std::string> held;
  held.reserve(link.addresses.size());
  for (auto const& address : link.addresses) held.push_back(address.address);
  symptoms.on_node("ADDR_NO_GLOBAL", node,
                   held.empty() ? fmt::format("{}: {} has no address", who, link.name)
                                : fmt::format("{}: {} has only {}, not global unicast", who,
                                              link.name, fmt::join(held, ", ")));
}

void read_ranges(Survey const& survey, NodeIndex node, Symptoms& symptoms) {
  for (auto const& address : survey.nodes[node].addresses) {
    auto ranges = survey.plan.network_ranges;
    std::erase_if(ranges, [&](auto const& range) { return is_ipv6(range) != is_ipv6(address); });
    auto const inside = [&](std::string const& range) { return lies_in(address, range); };
    // Of a family of which the plan says nothing any address will do.
    if (!ranges.empty() && std::ranges::none_of(ranges, inside))
      symptoms.on_node("ADDR_OUTSIDE_RANGE", node,
                       fmt::format("{}: {} is not in {}", name_of(survey, node), address,
                                   fmt::join(ranges, ", ")));
  }
}

/// Two nodes that hold the same address.
void read_duplicates(Survey const& survey, Symptoms& symptoms) {
  std::map<std::string, std::vector<NodeIndex>> holders;
  for (std::size_t i = 0; i < survey.nodes.size(); ++i)
    for (auto const& address : survey.nodes[i].addresses)
      holders[address].push_back(static_cast<NodeIndex>(i));
  for (auto const& [address, nodes] : holders) {
    if (nodes.size() < 2) continue;
    std::vector<std::string> names;
    for (auto const node : nodes) names.push_back(name_of(survey, node));
    for (auto const node : nodes)
      symptoms.on_node("ADDR_DUPLICATE", node,
                       fmt::format("{} is the address of {}", address, fmt::join(names, " and ")));
  }
}

/// Against the median of the nodes, not the coordinator: its own clock may be the wrong one.
void read_clocks(Survey const& survey, Symptoms& symptoms) {
  auto const median = median_offset_ms(survey);
  for (std::size_t i = 0; i < survey.nodes.size(); ++i) {
    auto const& clock = survey.nodes[i].clock;
    if (!clock) continue;
    auto const ahead_ms = clock->offset_ms - median;
    if (std::abs(ahead_ms) - clock->uncertainty_ms <=
        static_cast<double>(survey.plan.thresholds.max_clock_skew.count()))
      continue;
    auto const node = static_cast<NodeIndex>(i);
    symptoms.on_node("CLOCK_SKEW", node,
                     fmt::format("{}: the clock is {:.1f} s {} most others (within {:.3g} ms)",
                                 name_of(survey, node), std::abs(ahead_ms) / 1000,
                                 ahead_ms > 0 ? "ahead of" : "behind", clock->uncertainty_ms));
  }
}
}  // namespace

void read_links(Survey const& survey, Symptoms& symptoms) {
  for (std::size_t i = 0; i < survey.nodes.size(); ++i) {
    auto const node = static_cast<NodeIndex>(i);
    if (auto const& facts = survey.nodes[i].facts)
      read_interface(survey, node, facts->interface, symptoms);
    read_ranges(survey, node, symptoms);
  }
  read_duplicates(survey, symptoms);
  read_clocks(survey, symptoms);
}
}  // namespace leadline
