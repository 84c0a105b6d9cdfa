#include "coordinator/report/configured.hpp"

#include "coordinator/broadcast_domains.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace leadline {
namespace {
using Outcome = ConfiguredRow::Outcome;

/// The nodes and pairs of one cluster in a survey.
class Measured {
 public:
  Measured(Survey const& survey, std::string const& cluster) : survey_{survey}, cluster_{cluster} {}

  [[nodiscard]] bool is_own(NodeIndex node) const {
    return survey_.nodes.at(node).name.cluster == cluster_;
  }

  [[nodiscard]] std::vector<NodeRecord const*> nodes() const {
    std::vector<NodeRecord const*> own;
    for (auto const& node : survey_.nodes)
      if (node.name.cluster == cluster_) own.push_back(&node);
    return own;
  }

  [[nodiscard]] std::set<std::uint32_t> interface_mtus() const {
    std::set<std::uint32_t> mtus;
    for (auto const* const node : nodes())
      if (node->facts && node->facts->interface.present)
        mtus.insert(node->facts->interface.mtu_octets);
    return mtus;
  }

  /// Of the pairs that begin here.
  [[nodiscard]] std::set<std::uint32_t> path_mtus() const {
    std::set<std::uint32_t> mtus;
    each_result<PathMtu>(survey_, [&](Observation const& seen, PathMtu::Result const& result) {
      if (is_own(seen.source)) mtus.insert(result.path_mtu_octets);
    });
    return mtus;
  }

  [[nodiscard]] std::vector<double> rates() const {
    std::vector<double> rates;
    each_result<Bandwidth>(survey_, [&](Observation const& seen, Bandwidth::Result const& result) {
      if (is_own(seen.source)) rates.push_back(result.rate_bits_per_second);
    });
    return rates;
  }

  [[nodiscard]] std::set<VlanId> vlans() const {
    std::set<VlanId> vlans;
    auto const domains = find_domains(survey_);
    for (std::size_t node = 0; node < domains.ports.size(); ++node)
      if (auto const vlan = domains.ports[node].vlan; vlan && is_own(static_cast<NodeIndex>(node)))
        vlans.insert(*vlan);
    return vlans;
  }

 private:
  Survey const& survey_;
  std::string const& cluster_;
};

std::string range_text(std::set<std::uint32_t> const& numbers) {
  return *numbers.begin() == *numbers.rbegin()
             ? fmt::format("{}", *numbers.begin())
             : fmt::format("{} to {}", *numbers.begin(), *numbers.rbegin());
}

/// At least as much everywhere.
void add_mtu(std::vector<ConfiguredRow>& rows, ConfiguredNetwork const& network, std::string what,
             std::set<std::uint32_t> const& seen) {
  if (!network.mtu) return;
  ConfiguredRow row{.cluster = network.cluster,
                    .what = std::move(what),
                    .configured = fmt::format("{}", network.mtu->octets),
                    .measured = {}};
  if (!seen.empty()) {
    row.measured = range_text(seen);
    row.outcome = *seen.begin() >= network.mtu->octets ? Outcome::agrees : Outcome::differs;
  }
  rows.push_back(std::move(row));
}

void add_nodes(std::vector<ConfiguredRow>& rows, ConfiguredNetwork const& network,
               Measured const& measured) {
  if (network.nodes == 0) return;
  auto const seen = static_cast<int>(measured.nodes().size());
  rows.push_back({.cluster = network.cluster,
                  .what = "nodes",
                  .configured = fmt::format("{}", network.nodes),
                  .measured = fmt::format("{}", seen),
                  .outcome = seen >= network.nodes ? Outcome::agrees : Outcome::differs});
}

void add_vlan(std::vector<ConfiguredRow>& rows, ConfiguredNetwork const& network,
              Measured const& measured) {
  if (!network.vlan) return;
  ConfiguredRow row{.cluster = network.cluster,
                    .what = "VLAN",
                    .configured = fmt::format("{}", *network.vlan),
                    .measured = {}};
  if (auto const seen = measured.vlans(); !seen.empty()) {
    row.measured = fmt::format("{}", fmt::join(seen, ", "));
    row.outcome = seen == std::set{*network.vlan} ? Outcome::agrees : Outcome::differs;
  }
  rows.push_back(std::move(row));
}

void add_addresses(std::vector<ConfiguredRow>& rows, ConfiguredNetwork const& network,
                   Measured const& measured) {
  if (network.ranges.empty()) return;
  std::vector<std::string> ranges;
  ranges.reserve(network.ranges.size());
  for (auto const& range : network.ranges) ranges.push_back(format(range));
  std::size_t seen = 0;
  std::vector<std::string> outside;
  for (auto const* const node : measured.nodes())
    for (auto const& text : node->addresses) {
      auto const address = parse_address(text);
      ++seen;
      if (!address || std::ranges::none_of(network.ranges, [&](AddressBlock const& block) {
            return block.contains(*address);
          }))
        outside.push_back(text);
    }
  ConfiguredRow row{.cluster = network.cluster,
                    .what = "addresses",
                    .configured = fmt::format("{}", fmt::join(ranges, ", ")),
                    .measured = {}};
  if (seen > 0) {
    row.measured = outside.empty() ? fmt::format("all {} within", seen)
                                   : fmt::format("outside: {}", fmt::join(outside, ", "));
    row.outcome = outside.empty() ? Outcome::agrees : Outcome::differs;
  }
  rows.push_back(std::move(row));
}

void add_bandwidth(std::vector<ConfiguredRow>& rows, ConfiguredNetwork const& network,
                   Measured const& measured) {
  if (network.needed_bandwidth.per_second <= 0) return;
  ConfiguredRow row{.cluster = network.cluster,
                    .what = "bandwidth",
                    .configured = "at least " + format(network.needed_bandwidth),
                    .measured = {}};
  if (auto const rates = measured.rates(); !rates.empty()) {
    BitRate const least{std::ranges::min(rates)};
    row.measured = fmt::format("{} to {}", format(least), format(BitRate{std::ranges::max(rates)}));
    row.outcome = least >= network.needed_bandwidth ? Outcome::agrees : Outcome::differs;
  }
  rows.push_back(std::move(row));
}

/// The nodes of all clusters try these addresses.
void add_synchronization(std::vector<ConfiguredRow>& rows, ConfiguredNetwork const& network,
                         Survey const& survey) {
  for (auto const& address : network.synchronization_addresses) {
    int tried = 0;
    int connected = 0;
    for (auto const& seen : survey.node_observations) {
      auto const* const result =
          seen.result ? std::get_if<SyncPort::Result>(&*seen.result) : nullptr;
      if (result == nullptr || !conclusive(seen.status) || result->endpoint != address) continue;
      ++tried;
      if (result->outcome == leadline::Outcome::answered) ++connected;
    }
    ConfiguredRow row{
        .cluster = network.cluster, .what = "sync", .configured = address, .measured = {}};
    if (tried > 0) {
      row.measured = fmt::format("{} of {} nodes connect", connected, tried);
      row.outcome = connected == tried ? Outcome::agrees : Outcome::differs;
    }
    rows.push_back(std::move(row));
  }
}
}  // namespace

std::string_view format(ConfiguredRow::Outcome outcome) {
  switch (outcome) {
    case ConfiguredRow::Outcome::agrees:
      return "agrees";
    case ConfiguredRow::Outcome::differs:
      return "differs";
    case ConfiguredRow::Outcome::not_measured:
      break;
  }
  return "not_measured";
}

std::vector<ConfiguredRow> compare_configured(Survey const& survey,
                                              std::span<ConfiguredNetwork const> clusters) {
  std::vector<ConfiguredRow> rows;
  for (auto const& network : clusters) {
    Measured const measured{survey, network.cluster};
    add_nodes(rows, network, measured);
    add_vlan(rows, network, measured);
    add_addresses(rows, network, measured);
    add_mtu(rows, network, "MTU", measured.interface_mtus());
    add_mtu(rows, network, "path MTU", measured.path_mtus());
    add_bandwidth(rows, network, measured);
    add_synchronization(rows, network, survey);
  }
  return rows;
}

std::string configured_table(std::vector<ConfiguredRow> const& rows) {
  if (rows.empty()) return {};
  auto text = fmt::format("{:<12} {:<10} {:<24} {:<28}\n", "configured", "", "by the manifests",
                          "measured");
  for (auto const& [cluster, what, configured, measured, outcome] : rows)
    text += fmt::format("{:<12} {:<10} {:<24} {:<28} {}\n", cluster, what, configured,
                        measured.empty() ? "not measured" : measured,
                        outcome == ConfiguredRow::Outcome::differs ? "DIFFERS" : "");
  // Blanks at the ends of lines help nobody.
  std::string clean;
  for (std::size_t start = 0; start < text.size();) {
    auto const end = text.find('\n', start);
    auto const line = text.substr(start, end - start);
    clean += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    start = end + 1;
  }
  return clean;
}
}  // namespace leadline
