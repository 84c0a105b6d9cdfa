#include "coordinator/bulk_batch.hpp"

#include <algorithm>

namespace leadline {
using namespace std::chrono_literals;

Batch bulk_batch(BulkKind const& kind, Plan const& plan) {
  Bandwidth const bulk{.transport = kind.transport == "tls" ? Transport::tls : Transport::tcp,
                       .mode = kind.mode,
                       .bidirectional = plan.bidirectional,
                       .streams = kind.streams,
                       .duration_ms = plan.bandwidth_duration,
                       .rate_limit_bits_per_second = plan.max_rate,
                       .byte_limit_bytes = plan.max_bytes,
                       .congestion = plan.congestion,
                       .dscp = plan.dscp,
                       .mss = plan.mss,
                       .cipher = plan.cipher,
                       .record_octets = plan.record_octets};
  Batch batch{.probes = {bulk}, .together = true};
  auto const heaviest = heaviest_kind(plan);
  // Latency beside the heaviest kind is bufferbloat.
  if (plan.latency_under_load && kind.transport == heaviest.transport &&
      kind.streams == heaviest.streams)
    // Shorter than the test at its shortest, so that the load is there all the time. Where a byte
    // limit ends it sooner, the agent keeps the latency to itself.
    batch.probes.emplace_back(Latency{.duration_ms = std::min(bulk.duration_ms, 800ms),
                                      .interval_us = plan.latency_interval,
                                      .under_load = true});
  return batch;
}
}  // namespace leadline
