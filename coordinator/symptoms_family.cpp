#include "coordinator/symptoms.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace leadline {
namespace {
using Families = std::set<Family>;

std::optional<Family> family_of(std::string const& text) {
  boost::system::error_code error;
  auto const address = boost::asio::ip::make_address(text, error);
  if (error) return std::nullopt;
  return address.is_v4() ? Family::ipv4 : Family::ipv6;
}

std::vector<Families> families_of(std::vector<NodeRecord> const& nodes) {
  std::vector<Families> held(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (auto const& address : nodes[i].addresses)
      if (auto const family = family_of(address)) held[i].insert(*family);
  return held;
}

std::string_view name_of(Family family) {
  return family == Family::ipv4 ? "IPv4" : "IPv6";
}

/// virt-handler publishes the first address of its node; who lacks that family cannot dial it.
void read_pairs(Survey const& survey, std::vector<Families> const& held, Symptoms& symptoms) {
  std::set<std::pair<NodeIndex, Family>> told;
  for (auto const& pair : survey.pairs) {
    auto const& source = held[pair.source];
    auto const& addresses = survey.nodes[pair.target].addresses;
    if (source.empty() || addresses.empty()) continue;
    auto const family = family_of(addresses.front());
    if (!family || source.contains(*family) || !told.emplace(pair.source, *family).second) continue;
    symptoms.on_node("ADDR_FAMILY_MISSING", pair.source,
                     fmt::format("{}: no {} address, and {} is to be dialled at {}",
                                 leadline::name_of(survey, pair.source), name_of(*family),
                                 leadline::name_of(survey, pair.target), addresses.front()));
  }
}

/// Nodes that lack what at least as many of their own cluster have.
void read_clusters(Survey const& survey, std::vector<Families> const& held, Symptoms& symptoms) {
  std::map<std::string_view, std::vector<NodeIndex>> clusters;
  for (std::size_t i = 0; i < held.size(); ++i)
    if (!held[i].empty())
      clusters[survey.nodes[i].name.cluster].push_back(static_cast<NodeIndex>(i));
  for (auto const& [cluster, nodes] : clusters)
    for (auto const family : {Family::ipv4, Family::ipv6}) {
      auto const has = [&](NodeIndex node) { return held[node].contains(family); };
      auto const holders = static_cast<std::size_t>(std::ranges::count_if(nodes, has));
      if (holders * 2 < nodes.size()) continue;
      for (auto const node : nodes)
        if (!has(node))
          symptoms.on_edge(
              "ADDR_FAMILY_MISSING", {.source = node, .target = node},
              fmt::format(
                  "{}: no {} address, which {} of {} nodes of {} have; {} was measured only "
                  "without it",
                  leadline::name_of(survey, node), name_of(family), holders, nodes.size(), cluster,
                  name_of(family)),
              Severity::warning);
    }
}
}  // namespace

void read_families(Survey const& survey, Symptoms& symptoms) {
  auto const held = families_of(survey.nodes);
  read_pairs(survey, held, symptoms);
  read_clusters(survey, held, symptoms);
}
}  // namespace leadline
