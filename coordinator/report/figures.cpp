#include "coordinator/report/figures.hpp"

#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace leadline {
namespace {
/// The results of one direction between clusters (or within one).
struct Figures {
  std::vector<double> rtt_us;
  std::vector<double> loaded_us;
  std::vector<double> loss_share;
  std::vector<double> mtu_octets;
  std::map<std::pair<Transport, int>, std::vector<double>> rates;
};

double median(std::vector<double> values) {
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::string microseconds(double us) {
  return format(std::chrono::nanoseconds{static_cast<std::int64_t>(us * 1000)});
}

std::string lines_of(Figures const& f) {
  std::string text;
  if (!f.rtt_us.empty())
    text += fmt::format("  round trip   median {}, slowest pair {}; most loss {:.2f} %\n",
                        microseconds(median(f.rtt_us)), microseconds(std::ranges::max(f.rtt_us)),
                        std::ranges::max(f.loss_share) * 100);
  if (!f.loaded_us.empty())
    text +=
        fmt::format("  under load   p99 median {}, slowest pair {}\n",
                    microseconds(median(f.loaded_us)), microseconds(std::ranges::max(f.loaded_us)));
  if (!f.mtu_octets.empty())
    text += fmt::format("  path MTU     {:.0f} to {:.0f} octets\n", std::ranges::min(f.mtu_octets),
                        std::ranges::max(f.mtu_octets));
  for (auto const& [kind, rates] : f.rates)
    text += fmt::format("  {} x {:<2}     median {}, slowest pair {}\n",
                        kind.first == Transport::tcp ? "TCP" : "TLS", kind.second,
                        format(BitRate{median(rates)}), format(BitRate{std::ranges::min(rates)}));
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
    at(seen).rates[{result.transport, result.streams}].push_back(result.rate_bits_per_second);
  });
  std::string text;
  for (auto const& [clusters, figures] : by_clusters)
    text += fmt::format("{} -> {}\n{}", clusters.first, clusters.second, lines_of(figures));
  return text;
}
}  // namespace leadline
