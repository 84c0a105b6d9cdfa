#include "coordinator/report/figures.hpp"

#include "coordinator/median.hpp"
#include "coordinator/symptoms.hpp"
#include "coordinator/throughput.hpp"
#include "coordinator/way_of.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace leadline {
namespace {
/// The results of one direction between clusters (or within one).
struct Figures {
  std::vector<double> rtt_us;
  std::vector<double> loaded_us;
  std::vector<double> loss_share;
  std::vector<double> mtu_octets;
  std::map<ThroughputKind, std::vector<double>> rates;
  std::set<Family> rate_families;  ///< of pairs that could have taken the other as well
};

std::string lines_of(Figures const& f) {
  std::string text;
  if (!f.rtt_us.empty())
    text += fmt::format("  round trip   median {}, slowest pair {}; most loss {:.2f} %\n",
                        format_microseconds(median(f.rtt_us)),
                        format_microseconds(std::ranges::max(f.rtt_us)),
                        std::ranges::max(f.loss_share) * 100);
  if (!f.loaded_us.empty())
    text += fmt::format("  under load   p99 median {}, slowest pair {}\n",
                        format_microseconds(median(f.loaded_us)),
                        format_microseconds(std::ranges::max(f.loaded_us)));
  if (!f.mtu_octets.empty())
    text += fmt::format("  path MTU     {:.0f} to {:.0f} octets\n", std::ranges::min(f.mtu_octets),
                        std::ranges::max(f.mtu_octets));
  for (auto const family : f.rate_families)
    text += fmt::format("  bandwidth    over {}, whose address virt-handler takes first\n",
                        family == Family::ipv6 ? "IPv6" : "IPv4");
  for (auto const& [kind, rates] : f.rates)
    text += fmt::format("  {} x {:<2}     median {}, slowest pair {}{}\n",
                        kind.transport == Transport::tcp ? "TCP" : "TLS", kind.streams,
                        format(BitRate{median(rates)}), format(BitRate{std::ranges::min(rates)}),
                        kind.mode == BulkMode::ceiling ? " (path ceiling)" : "");
  return text;
}
}  // namespace

std::string write_figures(Survey const& survey) {
  std::map<std::pair<std::string, std::string>, Figures> by_clusters;
  auto const at = [&](Observation const& seen) -> Figures& {
    return by_clusters[{survey.nodes.at(seen.source).name.cluster,
                        survey.nodes.at(seen.target).name.cluster}];
  };
  each_result<PathMtu>(survey, [&](Observation const& seen, PathMtu::Result const& result) {
    at(seen).mtu_octets.push_back(result.path_mtu_octets);
  });
  each_result<Latency>(survey, [&](Observation const& seen, Latency::Result const& result) {
    if (result.received == 0 || result.sent == 0) return;
    if (result.under_load) {
      at(seen).loaded_us.push_back(result.rtt_p99_us);
      return;
    }
    at(seen).rtt_us.push_back(result.rtt_p50_us);
    at(seen).loss_share.push_back(1 - static_cast<double>(result.received) / result.sent);
  });
  each_result<Bandwidth>(survey, [&](Observation const& seen, Bandwidth::Result const& result) {
    at(seen).rates[{result.transport, result.streams, result.mode}].push_back(
        result.rate_bits_per_second);
    if (is_dual(survey.nodes.at(seen.source)) && is_dual(survey.nodes.at(seen.target)))
      at(seen).rate_families.insert(seen.family);
  });
  std::string text;
  for (auto const& [clusters, figures] : by_clusters)
    text += fmt::format("{} -> {}\n{}", clusters.first, clusters.second, lines_of(figures));
  return text;
}
}  // namespace leadline
