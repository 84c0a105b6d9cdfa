#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace leadline {
namespace {
/// One or two lost packets in some hundred happen on a healthy path; three say something.
constexpr std::uint32_t least_count = 3;
/// Ten times the accepted loss stops migrations, unless it was measured that enough gets through.
constexpr double grave = 10;

std::string microseconds(double us) {
  return format(std::chrono::nanoseconds{static_cast<std::int64_t>(us * 1000)});
}

/// On which ways every bulk test gave what the plan asks for. Looked up for lossy ways only.
class Carried {
 public:
  explicit Carried(Survey const& survey) : survey_{survey} {}

  /// The slowest that was measured, if it is enough.
  [[nodiscard]] std::optional<BitRate> enough(NodePair edge) {
    if (slowest_.empty()) measure();
    auto const found = slowest_.find(edge);
    if (found == slowest_.end() || found->second < survey_.plan.thresholds.min_bandwidth)
      return std::nullopt;
    return found->second;
  }

 private:
  void measure() {
    each_result<Bandwidth>(survey_, [&](Observation const& seen, Bandwidth::Result const& result) {
      BitRate const rate{result.rate_bits_per_second};
      auto const [known, is_new] = slowest_.emplace(edge_of(seen), rate);
      if (!is_new) known->second = std::min(known->second, rate);
    });
  }

  Survey const& survey_;
  std::map<NodePair, BitRate> slowest_;
};

void read_loss(Survey const& survey, Carried& carried, NodePair edge, std::uint32_t lost,
               std::uint32_t sent, std::uint32_t longest_gap, Symptoms& symptoms) {
  auto const accepted = survey.plan.thresholds.max_loss;
  auto const share = sent == 0 ? 0.0 : static_cast<double>(lost) / sent;
  if (lost < least_count || share <= accepted) return;
  auto const seen = fmt::format("{}: {} of {} packets lost ({:.2f} %), up to {} in a row",
                                name_of(survey, edge), lost, sent, share * 100, longest_gap);
  auto const enough = carried.enough(edge);
  if (share > accepted * grave && !enough)
    symptoms.on_edge("LOSS", edge, seen, Severity::error);
  else
    symptoms.on_edge(
        "LOSS", edge,
        enough ? fmt::format("{}; TCP carries {} all the same", seen, format(*enough)) : seen,
        Severity::warning);
}

void read_idle(Survey const& survey, Carried& carried, Observation const& seen,
               Latency::Result const& result, Symptoms& symptoms) {
  auto const edge = edge_of(seen);
  auto const& thresholds = survey.plan.thresholds;
  symptoms.saw(Layer::loss, edge);
  symptoms.saw(Layer::latency, edge);
  read_loss(survey, carried, edge, result.lost_forward, result.sent, result.longest_gap, symptoms);
  auto const arrived = result.sent - std::min(result.sent, result.lost_forward);
  read_loss(survey, carried, reverse(edge), result.lost_reverse, arrived, result.longest_gap,
            symptoms);
  auto const who = name_of(survey, edge);
  if (result.received > 0 &&
      result.rtt_p50_us > static_cast<double>(thresholds.max_latency.count()))
    symptoms.on_edge(
        "LATENCY_HIGH", edge,
        fmt::format("{}: round trip {} median, {} p99, jitter {} (at most {} accepted)", who,
                    microseconds(result.rtt_p50_us), microseconds(result.rtt_p99_us),
                    microseconds(result.jitter_us), format(thresholds.max_latency)));
  if (result.reordered >= least_count &&
      result.reordered > thresholds.max_reordering * result.received)
    symptoms.on_edge("REORDERING", edge,
                     fmt::format("{}: {} of {} answers came after a later one", who,
                                 result.reordered, result.received));
}
}  // namespace

void read_latency(Survey const& survey, Symptoms& symptoms) {
  Carried carried{survey};
  for (auto const& pair : survey.pairs) {
    std::map<Family, double> idle_us;
    each_result<Latency>(pair, [&](Observation const& seen, Latency::Result const& result) {
      if (result.under_load) return;
      read_idle(survey, carried, seen, result, symptoms);
      if (result.received > 0) idle_us[seen.family] = result.rtt_p50_us;
    });
    each_result<Latency>(pair, [&](Observation const& seen, Latency::Result const& result) {
      auto const idle = idle_us.find(seen.family);
      if (!result.under_load || idle == idle_us.end() || result.received == 0) return;
      // A queue that fills delays most packets; a pause of one host leaves the median alone.
      auto const grown_us =
          std::min(result.rtt_p90_us - idle->second, (result.rtt_p50_us - idle->second) * 2);
      auto const accepted = survey.plan.thresholds.max_bufferbloat;
      if (grown_us > static_cast<double>(accepted.count()))
        symptoms.on_edge(
            "BUFFERBLOAT", edge_of(seen),
            fmt::format(
                "{}: round trip {} median and {} p90 under load, {} median idle (at most {} "
                "more accepted)",
                name_of(survey, edge_of(seen)), microseconds(result.rtt_p50_us),
                microseconds(result.rtt_p90_us), microseconds(idle->second), format(accepted)));
    });
  }
}
}  // namespace leadline
