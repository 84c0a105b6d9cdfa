#include "coordinator/throughput.hpp"

#include "coordinator/bulk_kinds.hpp"
#include "coordinator/coverage.hpp"
#include "coordinator/median.hpp"
#include "coordinator/pairs.hpp"
#include "coordinator/symptoms.hpp"
#include "coordinator/tls_cost.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace leadline {
namespace {
/// One direction of one test.
struct Sample {
  NodePair edge;
  BulkFlow flow;
  std::string cipher;
  int record_octets{};
};

using Samples = std::map<ThroughputKind, std::vector<Sample>>;

double per_gigabyte(double seconds, BulkFlow const& flow) {
  constexpr double gigabyte = 1e9;
  return seconds * gigabyte / static_cast<double>(flow.transferred_bytes);
}

Samples gather_samples(Survey const& survey) {
  Samples samples;
  each_result<Bandwidth>(survey, [&](Observation const& seen, Bandwidth::Result const& result) {
    auto const kind = ThroughputKind{result.transport, result.streams, result.mode};
    auto const add = [&](NodePair edge, BulkFlow const& whole) {
      if (whole.rate_bits_per_second <= 0) return;  // it stalled: no rate, and not a slow one
      BulkFlow flow{whole};
      flow.samples_bits_per_second = {};  // the figures are enough: of a large mesh it is much
      flow.timeline = flow.receiver_timeline = {};
      flow.sender = flow.receiver = {};
      samples[kind].push_back({edge, std::move(flow), result.cipher, result.record_octets});
    };
    add(edge_of(seen), result);
    if (result.reverse) add(reverse(edge_of(seen)), *result.reverse);
  });
  return samples;
}

PairThroughput of_pair(NodePair edge, std::vector<BulkFlow const*> flows) {
  std::ranges::sort(flows, {}, &BulkFlow::rate_bits_per_second);
  std::vector<double> rates;
  rates.reserve(flows.size());
  for (auto const* flow : flows) rates.push_back(flow->rate_bits_per_second);
  auto const& middle = *flows[(flows.size() - 1) / 2];
  return {.source = edge.source,
          .target = edge.target,
          .rates = sum_up(rates).value_or(RateSummary{}),
          .relative_uncertainty = middle.relative_uncertainty,
          .relative_spread = middle.relative_spread,
          .relative_drift = middle.relative_drift,
          .limit = middle.limit,
          .limit_detail = middle.limit_detail};
}

KindThroughput of_kind(ThroughputKind kind, std::vector<Sample> const& samples, std::size_t nodes) {
  KindThroughput result{.kind = kind};
  std::map<NodePair, std::vector<BulkFlow const*>> by_pair;
  std::vector<double> rates;
  std::vector<double> sender_cost;
  std::vector<double> receiver_cost;
  for (auto const& [edge, flow, cipher, record_octets] : samples) {
    by_pair[edge].push_back(&flow);
    rates.push_back(flow.rate_bits_per_second);
    if (std::ranges::count(result.ciphers, cipher) == 0 && !cipher.empty())
      result.ciphers.push_back(cipher);
    result.record_octets = std::max(result.record_octets, record_octets);
    if (std::ranges::count(result.sending, flow.sending) == 0 && !flow.sending.empty())
      result.sending.push_back(flow.sending);
    if (flow.transferred_bytes == 0) continue;
    sender_cost.push_back(per_gigabyte(flow.sender_cpu_seconds, flow));
    receiver_cost.push_back(per_gigabyte(flow.receiver_cpu_seconds, flow));
  }
  std::vector<std::vector<double>> sent(nodes);
  std::vector<std::vector<double>> received(nodes);
  for (auto const& [edge, flows] : by_pair) {
    result.pairs.push_back(of_pair(edge, flows));
    sent.at(edge.source).push_back(result.pairs.back().rates.median);
    received.at(edge.target).push_back(result.pairs.back().rates.median);
  }
  std::ranges::transform(sent, std::back_inserter(result.sends), sum_up);
  std::ranges::transform(received, std::back_inserter(result.receives), sum_up);
  result.all = sum_up(rates).value_or(RateSummary{});
  result.sender_cpu_seconds_per_gigabyte = median(sender_cost);
  result.receiver_cpu_seconds_per_gigabyte = median(receiver_cost);
  return result;
}

/// The network might have carried more than the nodes sent, or were allowed to.
bool held_back_by_nodes(std::string_view limit) {
  return !limit.empty() && limit != "network" && limit != "link_speed";
}

std::optional<Oversubscription> compare(std::vector<SaturationTest> const& tests) {
  Oversubscription result;
  for (auto const& test : tests) {
    if (test.together_bits_per_second <= 0) {
      ++result.pairs_silent;
      continue;
    }
    ++result.pairs_together;
    if (held_back_by_nodes(test.limit)) ++result.pairs_held_back;
    if (test.alone_bits_per_second <= 0) continue;
    ++result.pairs_compared;
    result.alone_bits_per_second += test.alone_bits_per_second;
    result.together_bits_per_second += test.together_bits_per_second;
  }
  if (result.pairs_together < 2) return std::nullopt;
  if (result.pairs_compared > 0)
    result.factor = result.alone_bits_per_second / result.together_bits_per_second;
  return result;
}

/// What is missing of: each pair gave a rate with the others, and each that was to be measured
/// alone gave one so. Empty: nothing.
std::string lacking_of(std::vector<SaturationTest> const& tests,
                       std::optional<Oversubscription> const& result) {
  if (!result) return "fewer than two pairs without a node in common gave a rate at once";
  if (result->pairs_silent > 0)
    return fmt::format("{} of {} pairs gave no rate while all ran", result->pairs_silent,
                       tests.size());
  auto const wanted = std::min(tests.size(), most_measured_alone);
  if (result->pairs_compared >= wanted) return {};
  return fmt::format("{} of {} pairs were measured alone", result->pairs_compared, wanted);
}

/// Why there are no tests of a node, or none that could be begun.
void add_absent_nodes(Survey const& survey, std::vector<std::string>& unmeasured) {
  for (auto const& [cluster, expected] : survey.plan.expect) {
    auto const here = std::ranges::count_if(
        survey.nodes, [&](NodeRecord const& node) { return node.name.cluster == cluster; });
    if (here < expected)
      unmeasured.push_back(fmt::format("{}: {} of {} agents appeared", cluster, here, expected));
  }
  for (auto const& node : survey.nodes)
    if (auto const& why = node.unprepared.empty() ? node.lost : node.unprepared; !why.empty())
      unmeasured.push_back(fmt::format("{}: {}", format(node.name), why));
}
}  // namespace

std::string format(ThroughputKind const& kind) {
  if (kind.transport == Transport::tls) return fmt::format("TLS x {}", kind.streams);
  auto const mode_name = [](BulkMode mode) {
    switch (mode) {
      case BulkMode::ceiling:
        return "path ceiling";
      case BulkMode::migration:
        return "migration-like";
      case BulkMode::verify:
        break;
    }
    return "verified";
  };
  return fmt::format("TCP x {}, {}", kind.streams, mode_name(kind.mode));
}

std::optional<RateSummary> sum_up(std::vector<double> rates) {
  if (rates.empty()) return std::nullopt;
  return RateSummary{.median = median(rates),
                     .least = std::ranges::min(rates),
                     .most = std::ranges::max(rates),
                     .count = rates.size()};
}

Throughput read_throughput(Survey const& survey) {
  Throughput result;
  auto const& plan = survey.plan;
  result.tests_expected =
      std::max(survey.pairs.size(), count_pairs(plan.mesh, plan.pairs, plan.expect)) *
      bulk_kinds(plan).size();
  for (auto const& pair : survey.pairs) result.tests_measured += measured_kinds(plan, pair);
  for (auto const& [kind, samples] : gather_samples(survey))
    result.kinds.push_back(of_kind(kind, samples, survey.nodes.size()));
  result.tls = tls_costs(result.kinds);
  name_tls_limits(result.kinds);
  result.oversubscription = compare(survey.saturation);
  if (survey.begun) add_absent_nodes(survey, result.unmeasured);
  if (plan.saturate)
    if (auto lacking = lacking_of(survey.saturation, result.oversubscription); !lacking.empty()) {
      if (!survey.interruptions.empty()) lacking = survey.interruptions.front();
      result.saturation_measured = false;
      result.unmeasured.push_back("saturation: " + lacking);
      result.saturation_lacks = std::move(lacking);
    }
  for (auto const& pair : survey.pairs)
    if (auto const lacking = gaps(survey.plan, pair); !lacking.empty())
      result.unmeasured.push_back(fmt::format(
          "{}: {}", name_of(survey, NodePair{pair.source, pair.target}), fmt::join(lacking, "; ")));
  return result;
}

std::vector<PairThroughput const*> slowest(KindThroughput const& kind, std::size_t most) {
  constexpr double clearly_less = 0.9;
  std::vector<PairThroughput const*> pairs;
  for (auto const& pair : kind.pairs)
    if (pair.rates.median < clearly_less * kind.all.median) pairs.push_back(&pair);
  std::ranges::sort(pairs, {}, [](auto const* pair) { return pair->rates.median; });
  if (pairs.size() > most) pairs.resize(most);
  return pairs;
}
}  // namespace leadline
